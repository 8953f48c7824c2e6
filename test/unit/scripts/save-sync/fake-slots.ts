import { createHash, randomUUID } from 'node:crypto';
import type { ResolveBody, UploadUrlBody } from '../../../../lib/contract/savegame-transfers.ts';
import type { SaveSlot, SaveVersion } from '../../../../lib/contract/savegames.ts';
import { composedSha256, partBytes, partsOf } from '../../../../lib/savegames/parts.ts';

/** A refusal of the service: status, code, and further members of the problem. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly members: object;

  constructor(status: number, code: string, members: object = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.members = members;
  }
}

export interface FakeUpload {
  readonly id: string;
  readonly announced: UploadUrlBody;
  /** By part number; 0: all of it in one piece. */
  readonly arrived: Map<number, Buffer>;
}

interface Slot {
  readonly name: string;
  head: SaveVersion | null;
  readonly versions: SaveVersion[];
}

/** Slots of one game of one user, by the rules of lib/savegames/DESIGN.md, without quotas and retention. */
export class FakeSlots {
  readonly slots = new Map<string, Slot>();
  readonly uploads = new Map<string, FakeUpload>();
  /** Content of versions, by checksum: whatever was confirmed is there for good. */
  readonly contents = new Map<string, Buffer>();
  readonly #confirmed = new Map<string, SaveVersion>();
  #lastVersion = 0;

  shown(name: string): SaveSlot | null {
    const slot = this.slots.get(name);
    if (slot === undefined) return null;
    return {
      game_id: 'game',
      slot: name,
      head: slot.head,
      conflicts: slot.versions.filter(({ state }) => state === 'conflict'),
      versions: slot.versions.length,
      stored_bytes: 0,
      updated_at: '',
      deleted_at: slot.head === null ? 'some day' : null,
      recoverable_until: null,
    };
  }

  versions(name: string): readonly SaveVersion[] {
    return this.slots.get(name)?.versions.toReversed() ?? [];
  }

  announce(body: UploadUrlBody) {
    const slot = this.#slot(body.slot);
    const key = `${body.slot} ${body.device_id}`;
    const side = this.#openSide(slot, body.device_id);
    if (slot.head?.sha256 === body.sha256 || (body.as === 'side' && side?.sha256 === body.sha256)) {
      this.uploads.delete(key);
      return { head: slot.head, upload: null };
    }
    if (body.as === 'head') this.#mustFit(slot, body.base_version, { ...body, version: null });
    const earlier = this.uploads.get(key);
    const same =
      earlier?.announced.sha256 === body.sha256 &&
      earlier.announced.base_version === body.base_version &&
      earlier.announced.as === body.as;
    const upload = same ? earlier : { id: randomUUID(), announced: body, arrived: new Map<number, Buffer>() };
    this.uploads.set(key, upload);
    return { head: slot.head, upload };
  }

  #mustFit(slot: Slot, base: number | null, local: object): void {
    if (base === (slot.head?.version ?? null)) return;
    throw new Refused(409, 'SAVEGAME_CONFLICT', { cloud: slot.head, local });
  }

  /** What a signed PUT does. */
  put(uploadId: string, part: number, bytes: Buffer): void {
    const upload = [...this.uploads.values()].find(({ id }) => id === uploadId);
    if (upload === undefined) throw new Refused(403, 'SAVEGAME_URL_REFUSED');
    const { size_bytes, sha256, part_sha256 } = upload.announced;
    const size = part === 0 ? size_bytes : partBytes(size_bytes, part);
    if (bytes.length !== size || hash(bytes) !== (part_sha256?.[part - 1] ?? sha256)) {
      throw new Refused(422, 'SAVEGAME_CONTENT_MISMATCH');
    }
    upload.arrived.set(part, bytes);
  }

  confirm(uploadId: string): SaveVersion {
    const known = this.#confirmed.get(uploadId);
    if (known !== undefined) {
      const version = this.#now(known);
      throw new Refused(409, 'SAVEGAME_ALREADY_CONFIRMED', { version });
    }
    const [key, upload] = [...this.uploads].find(([, { id }]) => id === uploadId) ?? [];
    if (key === undefined || upload === undefined) throw new Refused(404, 'NOT_FOUND');
    const { announced, arrived } = upload;
    if (arrived.size < (partsOf(announced.size_bytes) ?? 1)) throw new Refused(409, 'SAVEGAME_NOT_UPLOADED');
    this.uploads.delete(key);
    const slot = this.#slot(announced.slot);
    const side = announced.as === 'side' || announced.base_version !== (slot.head?.version ?? null);
    const same =
      side && [slot.head, this.#openSide(slot, announced.device_id)].find((one) => one?.sha256 === announced.sha256);
    if (same) return same;
    const bytes = Buffer.concat([...arrived].sort(([one], [other]) => one - other).map(([, part]) => part));
    this.contents.set(announced.sha256, bytes);
    const version = this.#write(
      slot,
      { ...announced, base_version: announced.base_version },
      side ? 'conflict' : 'head',
    );
    this.#confirmed.set(uploadId, version);
    if (side && announced.as === 'head') {
      throw new Refused(409, 'SAVEGAME_CONFLICT', { cloud: slot.head, local: version });
    }
    return version;
  }

  resolve(body: ResolveBody) {
    const slot = this.#slot(body.slot);
    const at = slot.versions.findIndex(({ version }) => version === body.side_version);
    const side = slot.versions[at];
    if (side === undefined) throw new Refused(404, 'NOT_FOUND');
    if (side.state === 'settled') {
      if (side.settled_as !== body.keep) throw new Refused(409, 'CONFLICT');
      return { slot: this.shown(body.slot), other_slot: this.shown(`${body.slot}-2`) };
    }
    this.#mustFit(slot, body.head_version, side);
    slot.versions[at] = { ...side, state: 'settled', settled_as: body.keep };
    const from = { ...side, device_id: body.device_id, source_version: side.version, origin: 'resolve' as const };
    if (body.keep === 'local') this.#write(slot, from, 'head');
    if (body.keep !== 'both') return { slot: this.shown(body.slot), other_slot: null };
    let number = 2;
    while (this.slots.has(`${body.slot}-${number}`)) number += 1;
    const other = `${body.slot}-${number}`;
    this.#write(this.#slot(other), from, 'head');
    return { slot: this.shown(body.slot), other_slot: this.shown(other) };
  }

  remove(name: string): void {
    const slot = this.slots.get(name);
    if (slot) this.#setHead(slot, null);
  }

  restore(name: string, version: number): void {
    const slot = this.#slot(name);
    const source = slot.versions.find((one) => one.version === version);
    if (source !== undefined) this.#write(slot, { ...source, source_version: version, origin: 'restore' }, 'head');
  }

  #write(slot: Slot, from: Partial<SaveVersion>, state: 'head' | 'conflict'): SaveVersion {
    this.#lastVersion += 1;
    const version: SaveVersion = {
      version: this.#lastVersion,
      size_bytes: from.size_bytes ?? 0,
      sha256: from.sha256 ?? '',
      device_id: from.device_id ?? '',
      base_version: state === 'head' ? (slot.head?.version ?? null) : (from.base_version ?? null),
      origin: from.origin ?? 'upload',
      source_version: from.source_version ?? null,
      state,
      settled_as: null,
      pinned: false,
      label: null,
      available: true,
      client_saved_at: from.client_saved_at ?? null,
      created_at: '2026-03-01T18:30:00.000Z',
      kept_until: null,
    };
    if (state === 'conflict') {
      const folded = slot.versions.findIndex((one) => one.state === 'conflict' && one.device_id === version.device_id);
      const earlier = slot.versions[folded];
      if (earlier !== undefined) slot.versions[folded] = { ...earlier, state: 'settled', settled_as: 'folded' };
    }
    slot.versions.push(version);
    if (state === 'head') this.#setHead(slot, version);
    return version;
  }

  #setHead(slot: Slot, head: SaveVersion | null): void {
    const at = slot.versions.findIndex(({ version }) => version === slot.head?.version);
    const before = slot.versions[at];
    if (before !== undefined) slot.versions[at] = { ...before, state: 'past' };
    slot.head = head;
  }

  #now({ version }: SaveVersion): SaveVersion | undefined {
    return [...this.slots.values()].flatMap(({ versions }) => versions).find((one) => one.version === version);
  }

  #openSide(slot: Slot, deviceId: string): SaveVersion | undefined {
    return slot.versions.find(({ state, device_id }) => state === 'conflict' && device_id === deviceId);
  }

  #slot(name: string): Slot {
    const slot = this.slots.get(name) ?? { name, head: null, versions: [] };
    this.slots.set(name, slot);
    return slot;
  }
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The checksum of a save as the service and the store compose it. */
export function sha256OfSave(bytes: Buffer): string {
  const parts = partsOf(bytes.length);
  if (parts === null) return hash(bytes);
  let at = 0;
  const hashes = Array.from({ length: parts }, (_, index) => {
    const size = partBytes(bytes.length, index + 1);
    return hash(bytes.subarray(at, (at += size)));
  });
  return composedSha256(hashes);
}
