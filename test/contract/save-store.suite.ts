import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SaveStore } from '../../lib/ports/save-store.ts';
import { LaggingClock, Launcher, collect, newSave, type OpenSaveStore } from './save-store.fixtures.ts';
import { partsSuite } from './save-store.parts.suite.ts';
import { readingSuite } from './save-store.reading.suite.ts';
import { writingSuite } from './save-store.writing.suite.ts';

/** What `lib/ports/save-store.ts` promises (V1-V6), checked of one implementation. Call it within a `describe`. */
export function saveStoreSuite(open: OpenSaveStore): void {
  describe('writing', () => writingSuite(open));
  describe('reading', () => readingSuite(open));
  describe('objects of parts', () => partsSuite(open));
  describe('keeping house', () => keepingHouse(open));
}

function keepingHouse(open: OpenSaveStore): void {
  let launcher: Launcher;
  let store: SaveStore;
  beforeEach(async () => {
    launcher = new Launcher(await open(new LaggingClock()));
    ({ store } = launcher.bench);
  });
  afterEach(() => launcher.bench.dispose());

  it('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });

  describe('V3: describe', () => {
    it('finds nothing where nothing is', async () => {
      expect(await store.describe(randomUUID())).toBeNull();
    });

    it('tells what the store has counted', async () => {
      const save = newSave(12_345);
      await launcher.put(save);
      expect(await store.describe(save.objectId)).toEqual({ sizeBytes: 12_345, sha256: save.sha256, parts: null });
    });
  });

  describe('V5: list', () => {
    it('is empty in an empty store', async () => {
      expect(await store.list(null, 10)).toEqual([]);
    });

    it('shows every object in ascending order, page by page', async () => {
      const saves = Array.from({ length: 9 }, (_, n) => newSave(n));
      await Promise.all(saves.map((save) => launcher.put(save)));
      const wanted = saves.map(({ objectId, sizeBytes }) => ({ objectId, sizeBytes })).sort(byId);
      expect(await store.list(null, 100)).toEqual(wanted);
      const pages = [await store.list(null, 4)];
      for (let page = pages[0]; page?.length === 4; pages.push(page)) {
        page = await store.list(page.at(-1)?.objectId ?? null, 4);
      }
      expect(pages.map(({ length }) => length)).toEqual([4, 4, 1]);
      expect(pages.flat()).toEqual(wanted);
    });

    it('begins behind an id that is not there (any more) as well', async () => {
      const saves = [newSave(1), newSave(2), newSave(3)].sort(byId);
      for (const save of saves) await launcher.put(save);
      const [first, second, third] = saves.map(({ objectId }) => objectId);
      await store.remove([second ?? ''], false);
      expect((await store.list(first ?? null, 10)).map(({ objectId }) => objectId)).toEqual([third]);
      expect((await store.list(second ?? null, 10)).map(({ objectId }) => objectId)).toEqual([third]);
      expect(await store.list(third ?? null, 10)).toEqual([]);
    });

    it('leaves out what is not ours, without ending before the rest was shown', async () => {
      const saves = [newSave(1), newSave(2), newSave(3)].sort(byId);
      for (const save of saves) {
        await launcher.put(save);
        await launcher.bench.plantForeign();
      }
      const listed: string[] = [];
      for (let page = await store.list(null, 1); page.length > 0; page = await store.list(listed.at(-1) ?? null, 1)) {
        listed.push(...page.map(({ objectId }) => objectId));
      }
      expect(listed).toEqual(saves.map(({ objectId }) => objectId));
      expect(await collect(store.listUnfinished())).toEqual([]);
    });
  });

  describe('V6: remove', () => {
    it('removes what it is told and nothing else', async () => {
      const [gone, alsoGone, stays] = [newSave(10), newSave(20), newSave(30)];
      for (const save of [gone, alsoGone, stays]) await launcher.put(save);
      await store.remove([gone.objectId, alsoGone.objectId], false);
      await launcher.expectNothing(gone.objectId);
      await launcher.expectNothing(alsoGone.objectId);
      await launcher.expectHolds(stays);
      expect(await store.list(null, 10)).toEqual([{ objectId: stays.objectId, sizeBytes: 30 }]);
    });

    it('takes what is not there for removed', async () => {
      const save = newSave(10);
      await launcher.put(save);
      for (const everyVersion of [false, true]) {
        await expect(store.remove([], everyVersion)).resolves.toBeUndefined();
        await expect(store.remove([randomUUID(), save.objectId], everyVersion)).resolves.toBeUndefined();
        await expect(store.remove([save.objectId], everyVersion)).resolves.toBeUndefined();
      }
      await launcher.expectNothing(save.objectId);
    });

    it('leaves no content at all when every version is to go, also of what was removed before', async () => {
      const [save, stays] = [newSave(10), newSave(5)];
      for (const put of [save, newSave(20, save.objectId), stays]) await launcher.put(put);
      await store.remove([save.objectId], false);
      await launcher.put(newSave(30, save.objectId));
      await store.remove([save.objectId], true);
      await launcher.expectNothing(save.objectId);
      expect(await launcher.bench.keptContents(save.objectId)).toBe(0);
      expect(await launcher.bench.keptContents(stays.objectId)).toBe(1);
      await launcher.expectHolds(stays);
    });

    it('lets the same id be written again', async () => {
      const save = newSave(10);
      await launcher.put(save);
      await store.remove([save.objectId], false);
      await launcher.put(save);
      await launcher.expectHolds(save);
    });
  });
}

function byId(one: { readonly objectId: string }, other: { readonly objectId: string }): number {
  return one.objectId < other.objectId ? -1 : 1;
}
