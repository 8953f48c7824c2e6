import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { SaveStore } from '../../lib/ports/save-store.ts';
import { composedSha256 } from '../../lib/savegames/parts.ts';
import { LaggingClock, Launcher, SMALLEST_PART_BYTES, collect, expectRefused } from './save-store.fixtures.ts';
import { newParts, newSave, partOf, type OpenSaveStore, type Part } from './save-store.fixtures.ts';

/** V1 to V4 of objects that travel in parts. */
export function partsSuite(open: OpenSaveStore): void {
  let clock: LaggingClock;
  let launcher: Launcher;
  let store: SaveStore;
  beforeEach(async () => {
    clock = new LaggingClock();
    launcher = new Launcher(await open(clock));
    ({ store } = launcher.bench);
  });
  afterEach(() => launcher.bench.dispose());

  async function begin(objectId: string = randomUUID()) {
    return { objectId, partsId: await store.beginParts(objectId) };
  }

  async function put({ objectId, partsId }: { objectId: string; partsId: string }, ...parts: readonly Part[]) {
    for (const part of parts) await launcher.putPart(objectId, partsId, part);
  }

  async function expectMadeOf(objectId: string, parts: readonly Part[]) {
    const bytes = Buffer.concat(parts.map((part) => part.bytes));
    const sha256 = composedSha256(parts.map((part) => part.sha256));
    expect(await store.describe(objectId)).toEqual({ sizeBytes: bytes.length, sha256, parts: parts.length });
    expect((await launcher.get(objectId))?.equals(bytes)).toBe(true);
  }

  it('makes an object of parts that came in any order, and tells their composed checksum', async () => {
    const upload = await begin();
    const parts = newParts(SMALLEST_PART_BYTES, SMALLEST_PART_BYTES, 1000);
    const [first, second, third] = parts as [Part, Part, Part];
    expect(await store.storedParts(upload)).toEqual([]);
    await put(upload, third, first);
    expect([...(await store.storedParts(upload))].sort()).toEqual([1, 3]);
    await put(upload, second);
    expect(await store.completeParts(upload, parts)).toBe(true);
    await expectMadeOf(upload.objectId, parts);
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    expect(await store.list(null, 10)).toEqual([{ objectId: upload.objectId, sizeBytes }]);
  });

  it('makes an object of a single part, and says that it was one', async () => {
    const upload = await begin();
    const parts = newParts(1000);
    await put(upload, ...parts);
    expect(await store.completeParts(upload, parts)).toBe(true);
    await expectMadeOf(upload.objectId, parts);
  });

  it('gives a range across two parts', async () => {
    const upload = await begin();
    const parts = newParts(SMALLEST_PART_BYTES, 1000);
    await put(upload, ...parts);
    await store.completeParts(upload, parts);
    const signed = await launcher.signGet(upload.objectId);
    const range = `bytes=${SMALLEST_PART_BYTES - 10}-${SMALLEST_PART_BYTES + 9}`;
    const { status, body } = await launcher.send({ ...signed, headers: { ...signed.headers, range } });
    expect(status).toBe(206);
    const wanted = Buffer.concat(parts.map(({ bytes }) => bytes)).subarray(SMALLEST_PART_BYTES - 10);
    expect(body.equals(wanted.subarray(0, 20))).toBe(true);
  });

  it('shows nothing of an object before its parts are put together', async () => {
    const upload = await begin();
    await put(upload, ...newParts(1000));
    await launcher.expectNothing(upload.objectId);
    expect(await store.list(null, 10)).toEqual([]);
  });

  describe('V1: a part', () => {
    it('is refused with other bytes, too few, too many, or without their number', async () => {
      const upload = await begin();
      const part = partOf(1, randomBytes(1000));
      const signed = await launcher.signPart(upload.objectId, upload.partsId, part);
      for (const size of [999, 1000, 1001]) expectRefused(await launcher.send(signed, randomBytes(size)));
      expectRefused(await launcher.bench.wire.sendWithoutLength({ ...signed, body: part.bytes }));
      expect(await store.storedParts(upload)).toEqual([]);
      expect(await launcher.send(signed, part.bytes)).toMatchObject({ status: 200 });
    });

    it('is refused without one of its headers, and when its request expired', async () => {
      const upload = await begin();
      const part = partOf(1, randomBytes(1000));
      const signed = await launcher.signPart(upload.objectId, upload.partsId, part);
      for (const name of Object.keys(signed.headers)) {
        const headers = Object.fromEntries(Object.entries(signed.headers).filter(([other]) => other !== name));
        expectRefused(await launcher.send({ ...signed, headers }, part.bytes));
      }
      clock.lagMs = 61_000;
      const expired = await launcher.signPart(upload.objectId, upload.partsId, part);
      clock.lagMs = 0;
      expectRefused(await launcher.send(expired, part.bytes));
      expect(await store.storedParts(upload)).toEqual([]);
    });

    it('is not there when its sender died midway', async () => {
      const upload = await begin();
      const part = partOf(1, randomBytes(2_000_000));
      const signed = await launcher.signPart(upload.objectId, upload.partsId, part);
      await launcher.bench.wire.dieMidway({ ...signed, body: part.bytes }, 1_000_000);
      expect(await store.storedParts(upload)).toEqual([]);
      await put(upload, part);
      expect(await store.completeParts(upload, [part])).toBe(true);
      await expectMadeOf(upload.objectId, [part]);
    });

    it('is refused when nothing is under way any more', async () => {
      const upload = await begin();
      const part = partOf(1, randomBytes(1000));
      const signed = await launcher.signPart(upload.objectId, upload.partsId, part);
      await store.abandonParts(upload);
      expectRefused(await launcher.send(signed, part.bytes));
      expect(await store.storedParts(upload)).toEqual([]);
    });
  });

  describe('V4: putting parts together', () => {
    it('does nothing while one is missing, and succeeds as soon as it is there', async () => {
      const upload = await begin();
      const parts = newParts(SMALLEST_PART_BYTES, 1000);
      const [first, second] = parts as [Part, Part];
      await put(upload, first);
      expect(await store.completeParts(upload, parts)).toBe(false);
      expect(await store.describe(upload.objectId)).toBeNull();
      expect(await store.storedParts(upload)).toEqual([1]);
      await put(upload, second);
      expect(await store.completeParts(upload, parts)).toBe(true);
      await expectMadeOf(upload.objectId, parts);
    });

    it('does nothing while a part has other bytes than it is to have, and succeeds when it was put again', async () => {
      const upload = await begin();
      const parts = newParts(SMALLEST_PART_BYTES, 1000);
      const [first, second] = parts as [Part, Part];
      await put(upload, first, partOf(2, randomBytes(1000)));
      expect(await store.completeParts(upload, parts)).toBe(false);
      expect(await store.describe(upload.objectId)).toBeNull();
      await put(upload, second);
      expect(await store.completeParts(upload, parts)).toBe(true);
      await expectMadeOf(upload.objectId, parts);
    });

    it('is harmless once it was done', async () => {
      const upload = await begin();
      const parts = newParts(SMALLEST_PART_BYTES, 1000);
      await put(upload, ...parts);
      expect(await store.completeParts(upload, parts)).toBe(true);
      // Whether a store remembers is its own affair.
      expect(typeof (await store.completeParts(upload, parts))).toBe('boolean');
      expect(await store.storedParts(upload)).toEqual([]);
      await store.abandonParts(upload);
      await expectMadeOf(upload.objectId, parts);
    });

    it('is harmless when two do it at once', async () => {
      const upload = await begin();
      const parts = newParts(SMALLEST_PART_BYTES, 1000);
      await put(upload, ...parts);
      const outcomes = await Promise.all([store.completeParts(upload, parts), store.completeParts(upload, parts)]);
      expect(outcomes).toContain(true);
      await expectMadeOf(upload.objectId, parts);
    });

    it('is impossible when nothing was begun, or it was given up', async () => {
      const upload = await begin();
      const parts = newParts(1000);
      await put(upload, ...parts);
      await store.abandonParts(upload);
      expect(await store.completeParts(upload, parts)).toBe(false);
      expect(await store.completeParts({ objectId: randomUUID(), partsId: upload.partsId }, parts)).toBe(false);
      expect(await store.completeParts({ ...upload, partsId: randomUUID() }, parts)).toBe(false);
      expect(await store.describe(upload.objectId)).toBeNull();
    });

    it('takes the place of what was there, which a refusal leaves as it is', async () => {
      const save = newSave(1000);
      await launcher.put(save);
      const upload = await begin(save.objectId);
      const parts = newParts(500);
      expect(await store.completeParts(upload, parts)).toBe(false);
      await launcher.expectHolds(save);
      await put(upload, ...parts);
      expect(await store.completeParts(upload, parts)).toBe(true);
      await expectMadeOf(upload.objectId, parts);
    });
  });

  describe('what is under way', () => {
    it('is listed from its beginning to its end', async () => {
      const before = Date.now();
      const [done, abandoned, open] = [await begin(), await begin(), await begin()];
      const parts = newParts(1000);
      await put(done, ...parts);
      const listed = await collect(store.listUnfinished());
      expect(listed.map(({ objectId, partsId }) => ({ objectId, partsId })).sort(byPartsId)).toEqual(
        [done, abandoned, open].sort(byPartsId),
      );
      for (const { begunAt } of listed) {
        // Stores may count in whole seconds.
        expect(begunAt).toBeGreaterThan(before - 1000);
        expect(begunAt).toBeLessThanOrEqual(Date.now() + 1000);
      }
      await store.completeParts(done, parts);
      await store.abandonParts(abandoned);
      expect(await collect(store.listUnfinished())).toEqual([expect.objectContaining(open)]);
    });

    it('is listed twice when it was begun twice, and each knows its own parts', async () => {
      const one = await begin();
      const other = await begin(one.objectId);
      expect(other.partsId).not.toBe(one.partsId);
      await put(one, ...newParts(1000));
      expect(await store.storedParts(one)).toEqual([1]);
      expect(await store.storedParts(other)).toEqual([]);
      expect(await collect(store.listUnfinished())).toHaveLength(2);
    });

    it('can be given up at any time, and again', async () => {
      const upload = await begin();
      await put(upload, ...newParts(1000));
      for (let attempt = 0; attempt < 2; attempt += 1) await store.abandonParts(upload);
      await store.abandonParts({ objectId: randomUUID(), partsId: randomUUID() });
      expect(await store.storedParts(upload)).toEqual([]);
      expect(await collect(store.listUnfinished())).toEqual([]);
    });
  });
}

function byPartsId(one: { readonly partsId: string }, other: { readonly partsId: string }): number {
  return one.partsId < other.partsId ? -1 : 1;
}
