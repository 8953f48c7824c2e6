import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../lib/ports/clock.ts';
import { SaveStoreUnavailable, type SaveStore } from '../lib/ports/save-store.ts';
import type { ListedObject, ObjectContent, ObjectPart, PartsUpload, SignedRequest } from '../lib/ports/save-store.ts';
import type { StoredObject, UnfinishedParts, Validity } from '../lib/ports/save-store.ts';
import { composedSha256 } from '../lib/savegames/parts.ts';

/** How a call goes wrong: before anything happened, or after all of it did. Either way it rejects. */
export type Fault = 'not done' | 'answer lost';
/** Asked at every call of the service; null: all is well. */
export type Faults = (method: keyof SaveStore) => Fault | null;

/** Bytes, or what is known of bytes that nobody needs to hold: saves of many MiB are told of, not made. */
export interface Content {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly bytes: Buffer | null;
}
export interface Sent {
  readonly status: number;
  /** Of a GET that succeeded. */
  readonly content: Content | null;
}

interface Held extends Content {
  readonly parts: number | null;
}
interface UnderWay {
  readonly objectId: string;
  readonly begunAt: number;
  readonly stored: Map<number, Content>;
}
interface Ticket {
  readonly request: SignedRequest;
  readonly wanted: Pick<Content, 'sizeBytes' | 'sha256'> | null;
  /** Returns a status. */
  readonly take: (content: Content) => number;
}

const FORBIDDEN: Sent = { status: 403, content: null };

export function contentOf(bytes: Uint8Array): Content {
  const held = Buffer.from(bytes);
  return { sizeBytes: held.length, sha256: createHash('sha256').update(held).digest('hex'), bytes: held };
}

/** A whole store in memory, which goes wrong when it is told to. Its URLs are tickets that only {@link send} takes. */
export class MemorySaveStore implements SaveStore {
  /** Tests set it. */
  faults: Faults = () => null;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #objects = new Map<string, Held>();
  /** What a store with versioning keeps of objects that were overwritten or removed, by their ids. */
  readonly #earlier = new Map<string, Held[]>();
  readonly #underWay = new Map<string, UnderWay>();
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** What a client does with a signed request. A content without bytes stands for one that has them. */
  send(request: SignedRequest, content: Content | null = null): Sent {
    const arrive = this.begin(request, content);
    return arrive();
  }

  /** As {@link send}, but the bytes arrive only when the returned function is called: later than the URL, perhaps. */
  begin(request: SignedRequest, content: Content | null = null): () => Sent {
    const ticket = this.#tickets.get(request.url);
    if (ticket === undefined || ticket.request.expiresAt <= this.#clock.now()) return () => FORBIDDEN;
    const { method, headers } = ticket.request;
    const sent = Object.entries(headers).every(([name, value]) => request.headers[name] === value);
    if (request.method !== method || !sent) return () => FORBIDDEN;
    return () => this.#arrived(ticket, content ?? contentOf(Buffer.alloc(0)));
  }

  #arrived({ request, wanted, take }: Ticket, content: Content): Sent {
    if (wanted === null) return this.#read(request);
    if (wanted.sizeBytes !== content.sizeBytes || wanted.sha256 !== content.sha256)
      return { status: 400, content: null };
    return { status: take(content), content: null };
  }

  #read(request: SignedRequest): Sent {
    const content = this.#objects.get(new URL(request.url).pathname.slice(1)) ?? null;
    return { status: content === null ? 404 : 200, content };
  }

  /** Ids of everything that is there, ascending. */
  ids(): readonly string[] {
    return [...this.#objects.keys()].sort();
  }

  /** What is there under this id; null: nothing. */
  contentOf(objectId: string): Content | null {
    return this.#objects.get(objectId) ?? null;
  }

  /** How many contents are left of an object, with earlier ones. */
  keptContents(objectId: string): number {
    return (this.#objects.has(objectId) ? 1 : 0) + (this.#earlier.get(objectId)?.length ?? 0);
  }

  /** Bytes of everything that is there. */
  sizeBytes(): number {
    return [...this.#objects.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  unfinished(): number {
    return this.#underWay.size;
  }

  /** How many parts are there of what is under way. */
  partsThere(partsId: string): number {
    return this.#underWay.get(partsId)?.stored.size ?? 0;
  }

  /** The store loses an object, as stores do not. Returns what brings it back. */
  lose(objectId: string): () => void {
    const held = this.#objects.get(objectId);
    this.#objects.delete(objectId);
    return () => {
      if (held !== undefined) this.#objects.set(objectId, held);
    };
  }

  /** Something that no row ever spoke of. */
  plant(objectId: string, content: Content): void {
    this.#put(objectId, { ...content, parts: null });
  }

  signPut({ objectId, sizeBytes, sha256 }: ObjectContent, validity: Validity): Promise<SignedRequest> {
    return this.#call('signPut', () =>
      this.#sign('PUT', objectId, validity, { sizeBytes, sha256 }, (content) => {
        this.#put(objectId, { ...content, parts: null });
        return 200;
      }),
    );
  }

  signGet(objectId: string, fileName: string, validity: Validity): Promise<SignedRequest> {
    return this.#call('signGet', () => this.#sign('GET', objectId, validity, null, () => 200, fileName));
  }

  beginParts(objectId: string): Promise<string> {
    return this.#call('beginParts', () => {
      const partsId = randomUUID();
      this.#underWay.set(partsId, { objectId, begunAt: this.#clock.now(), stored: new Map() });
      return partsId;
    });
  }

  signPutPart(upload: PartsUpload, part: ObjectPart, validity: Validity): Promise<SignedRequest> {
    return this.#call('signPutPart', () =>
      this.#sign('PUT', upload.objectId, validity, part, (content) => {
        const found = this.#find(upload);
        found?.stored.set(part.number, content);
        return found === null ? 404 : 200;
      }),
    );
  }

  storedParts(upload: PartsUpload): Promise<readonly number[]> {
    return this.#call('storedParts', () =>
      [...(this.#find(upload)?.stored.keys() ?? [])].sort((one, other) => one - other),
    );
  }

  completeParts(upload: PartsUpload, parts: readonly ObjectPart[]): Promise<boolean> {
    return this.#call('completeParts', () => {
      const stored = this.#find(upload)?.stored;
      if (stored === undefined) return false;
      const contents = parts.flatMap(({ number, sha256 }) => {
        const content = stored.get(number);
        return content?.sha256 === sha256 ? [content] : [];
      });
      if (contents.length < parts.length) return false;
      const bytes = contents.flatMap((content) => content.bytes ?? []);
      this.#underWay.delete(upload.partsId);
      this.#put(upload.objectId, {
        sizeBytes: contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        sha256: composedSha256(contents.map(({ sha256 }) => sha256)),
        bytes: bytes.length < contents.length ? null : Buffer.concat(bytes),
        parts: contents.length,
      });
      return true;
    });
  }

  abandonParts(upload: PartsUpload): Promise<void> {
    return this.#call('abandonParts', () => {
      if (this.#find(upload) !== null) this.#underWay.delete(upload.partsId);
    });
  }

  async *listUnfinished(): AsyncIterable<UnfinishedParts> {
    const all = await this.#call('listUnfinished', () => [...this.#underWay]);
    for (const [partsId, { objectId, begunAt }] of all) yield { objectId, partsId, begunAt };
  }

  describe(objectId: string): Promise<StoredObject | null> {
    return this.#call('describe', () => {
      const held = this.#objects.get(objectId);
      return held === undefined ? null : { sizeBytes: held.sizeBytes, sha256: held.sha256, parts: held.parts };
    });
  }

  remove(objectIds: readonly string[], everyVersion: boolean): Promise<void> {
    return this.#call('remove', () => {
      for (const objectId of objectIds) {
        this.#keepEarlier(objectId);
        this.#objects.delete(objectId);
        if (everyVersion) this.#earlier.delete(objectId);
      }
    });
  }

  list(after: string | null, limit: number): Promise<readonly ListedObject[]> {
    return this.#call('list', () =>
      this.ids()
        .filter((objectId) => after === null || objectId > after)
        .slice(0, limit)
        .map((objectId) => ({ objectId, sizeBytes: this.#objects.get(objectId)!.sizeBytes })),
    );
  }

  ping(): Promise<void> {
    return this.#call('ping', () => undefined);
  }

  close(): Promise<void> {
    return this.#call('close', () => undefined);
  }

  #sign(
    method: 'PUT' | 'GET',
    objectId: string,
    { forMs, origin }: Validity,
    wanted: Ticket['wanted'],
    take: Ticket['take'],
    fileName?: string,
  ): SignedRequest {
    const url = new URL(`${origin}/${objectId}?ticket=${randomUUID()}`);
    if (fileName !== undefined) url.searchParams.set('name', fileName);
    const headers: Record<string, string> = wanted === null ? {} : { 'x-sha256': wanted.sha256 };
    const request = { method, url: url.href, headers, expiresAt: this.#clock.now() + forMs };
    this.#tickets.set(request.url, { request, wanted, take });
    return request;
  }

  #find({ objectId, partsId }: PartsUpload): UnderWay | null {
    const found = this.#underWay.get(partsId);
    return found?.objectId === objectId ? found : null;
  }

  #put(objectId: string, held: Held): void {
    this.#keepEarlier(objectId);
    this.#objects.set(objectId, held);
  }

  #keepEarlier(objectId: string): void {
    const held = this.#objects.get(objectId);
    if (held !== undefined) this.#earlier.set(objectId, [...(this.#earlier.get(objectId) ?? []), held]);
  }

  async #call<Result>(method: keyof SaveStore, work: () => Result): Promise<Result> {
    // A turn of the event loop, as a network has: callers meet each other here.
    await new Promise(setImmediate);
    const fault = this.faults(method);
    if (fault === 'not done') throw new SaveStoreUnavailable(`${method}: the store is away`);
    const result = work();
    if (fault === 'answer lost') throw new SaveStoreUnavailable(`${method}: the answer was lost`);
    return result;
  }
}
