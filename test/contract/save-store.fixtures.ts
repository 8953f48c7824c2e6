import { expect } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectContent, ObjectPart, SaveStore, SignedRequest, Validity } from '../../lib/ports/save-store.ts';
import type { Reply, Wire } from './save-store.wire.ts';

/** Every part of an object but its last has at least as many bytes, or S3 refuses to put them together. */
export const SMALLEST_PART_BYTES = 5 * 1024 * 1024;

/** One implementation, with nothing in it, ready to be tested. */
export interface SaveStoreBench {
  readonly store: SaveStore;
  /** By which launchers reach the gateway; for stores behind it. */
  readonly origin: string;
  /** How signed requests get there. */
  readonly wire: Wire;
  /** Puts something into the store that a {@link SaveStore} never would; more of it with every call. */
  plantForeign(): Promise<void>;
  /** How many contents the store keeps of an object, with earlier ones that were overwritten or removed. */
  keptContents(objectId: string): Promise<number>;
  /** Also closes the store. */
  dispose(): Promise<void>;
}

/** Opens an empty store that signs, and where it can also verifies, by this clock. */
export type OpenSaveStore = (clock: Clock) => Promise<SaveStoreBench>;

/** The true time, or one that lies back: what is signed by it was signed long ago. */
export class LaggingClock implements Clock {
  lagMs = 0;

  now(): number {
    return Date.now() - this.lagMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  }
}

/** Bytes, and the object that is to hold them. */
export interface Save extends ObjectContent {
  readonly bytes: Buffer;
}

export function newSave(sizeBytes: number, objectId: string = randomUUID()): Save {
  return saveOf(randomBytes(sizeBytes), objectId);
}

export function saveOf(bytes: Buffer, objectId: string = randomUUID()): Save {
  return { objectId, bytes, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

export interface Part extends ObjectPart {
  readonly bytes: Buffer;
}

/** The parts of a save of these sizes, from number 1 on. */
export function newParts(...sizes: readonly number[]): Part[] {
  return sizes.map((size, at) => partOf(at + 1, randomBytes(size)));
}

export function partOf(number: number, bytes: Buffer): Part {
  return { number, bytes, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a launcher does, in few words. */
export class Launcher {
  readonly bench: SaveStoreBench;
  readonly validity: Validity;

  constructor(bench: SaveStoreBench, forMs = 60_000) {
    this.bench = bench;
    this.validity = { forMs, origin: bench.origin };
  }

  signPut(save: ObjectContent): Promise<SignedRequest> {
    return this.bench.store.signPut(save, this.validity);
  }

  signGet(objectId: string, fileName = 'save.dat'): Promise<SignedRequest> {
    return this.bench.store.signGet(objectId, fileName, this.validity);
  }

  signPart(objectId: string, partsId: string, part: ObjectPart): Promise<SignedRequest> {
    return this.bench.store.signPutPart({ objectId, partsId }, part, this.validity);
  }

  send(request: SignedRequest, body: Buffer | null = null): Promise<Reply> {
    return this.bench.wire.send({ ...request, body });
  }

  /** Puts it, which succeeds. */
  async put(save: Save): Promise<void> {
    expect(await this.send(await this.signPut(save), save.bytes)).toMatchObject({ status: 200 });
  }

  async putPart(objectId: string, partsId: string, part: Part): Promise<void> {
    const signed = await this.signPart(objectId, partsId, part);
    expect(await this.send(signed, part.bytes)).toMatchObject({ status: 200 });
  }

  /** The bytes that are there; null: nothing is. */
  async get(objectId: string): Promise<Buffer | null> {
    const { status, body } = await this.send(await this.signGet(objectId));
    expect([200, 404]).toContain(status);
    return status === 200 ? body : null;
  }

  /** The object holds exactly these bytes, however one asks. */
  async expectHolds(save: Save): Promise<void> {
    const { sizeBytes, sha256: sum } = save;
    expect(await this.bench.store.describe(save.objectId)).toEqual({ sizeBytes, sha256: sum, parts: null });
    expect((await this.get(save.objectId))?.equals(save.bytes)).toBe(true);
  }

  async expectNothing(objectId: string): Promise<void> {
    expect(await this.bench.store.describe(objectId)).toBeNull();
    expect(await this.get(objectId)).toBeNull();
  }
}

/** A request that the store or its HTTP server refuses: the client's fault, and said so. */
export function expectRefused(reply: Reply): void {
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
