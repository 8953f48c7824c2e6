import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../../../lib/ports/clock.ts';
import type { ObjectPart } from '../../../../lib/ports/save-store.ts';
import { partsContent } from '../../../../lib/save-folder/content.ts';
import { openFolderSaveStore } from '../../../../lib/save-folder/folder-save-store.ts';
import { Incoming, LITTER_AGE_MS } from '../../../../lib/save-folder/incoming.ts';
import { layoutOf } from '../../../../lib/save-folder/layout.ts';
import { Objects } from '../../../../lib/save-folder/objects.ts';
import { UnfinishedObjects } from '../../../../lib/save-folder/unfinished-objects.ts';
import { PowerCutDisk, ProcessDied } from '../../../power-cut-disk.ts';

const DIRECTORY = '/saves';
const ID = 'ab98f2b4-0b00-7000-8000-000000000001';
const layout = layoutOf(DIRECTORY);

/** A whole content or a part, in chunks. */
const contentOf = (size: number) => {
  const bytes = randomBytes(size);
  return { bytes, sizeBytes: size, sha256: createHash('sha256').update(bytes).digest('hex') };
};
const sent = async function* (bytes: Buffer) {
  yield [bytes.subarray(0, 5), bytes.subarray(5, 10)];
  yield [bytes.subarray(10)];
};
const ONE = contentOf(30);
const OTHER = contentOf(40);
const PARTS: readonly (ObjectPart & { readonly bytes: Buffer })[] = [
  { number: 1, ...contentOf(20) },
  { number: 2, ...contentOf(15) },
];
const COMPOSED = partsContent(PARTS);

interface Opened {
  readonly disk: PowerCutDisk;
  readonly objects: Objects;
  readonly unfinished: UnfinishedObjects;
  readonly incoming: Incoming;
  put(content: typeof ONE): Promise<void>;
  putPart(partsId: string, part: (typeof PARTS)[number]): Promise<void>;
  /** What the object holds; null: it is not there. */
  held(): Promise<Buffer | null>;
}

/** An opened folder with nothing in it. */
async function prepared(): Promise<PowerCutDisk> {
  const disk = new PowerCutDisk();
  await openFolderSaveStore({ directory: DIRECTORY, urlKey: null }, systemClock(), disk);
  return disk;
}

function opened(disk: PowerCutDisk): Opened {
  const incoming = new Incoming(layout, disk);
  const objects = new Objects({ layout, disk, incoming });
  const unfinished = new UnfinishedObjects({ layout, disk, incoming }, objects, systemClock());
  return {
    disk,
    objects,
    unfinished,
    incoming,
    put: ({ bytes, ...content }) => objects.put({ objectId: ID, ...content }, sent(bytes)),
    putPart: (partsId, { bytes, ...part }) => unfinished.put({ objectId: ID, partsId }, part, sent(bytes)),
    async held() {
      const found = await objects.find(ID);
      if (found === null) return null;
      const files = await Promise.all(
        found.pieces.map(async ({ path, sizeBytes }) => {
          const file = await disk.open(path);
          return Buffer.from((await file?.read(0, sizeBytes)) ?? []);
        }),
      );
      return Buffer.concat(files);
    },
  };
}

type Outcome = 'done' | 'died';

/**
 * Runs `work` on what `before` has made, once for every call it makes of the disk, and dies at that call; then looks at
 * what is left, after the death of the process alone, and after that of the machine.
 */
async function atEveryCall<Made>(
  before: (folder: Opened) => Promise<Made>,
  work: (folder: Opened, made: Made) => Promise<void>,
  look: (folder: Opened, outcome: Outcome, made: Made) => Promise<void>,
): Promise<void> {
  const empty = await prepared();
  let outcome: Outcome = 'died';
  for (let calls = 0; outcome === 'died'; calls += 1) {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.infiniteStream(fc.boolean()),
        async (powerCut, chances: Iterator<boolean, boolean>) => {
          const folder = opened(empty.afterPowerCut(() => true));
          const made = await before(folder);
          folder.disk.dieAfter(calls);
          outcome = await work(folder, made).then(
            () => 'done' as const,
            (error: unknown) => {
              if (error instanceof ProcessDied) return 'died' as const;
              throw error;
            },
          );
          const left = powerCut ? folder.disk.afterPowerCut(() => chances.next().value) : folder.disk.afterDeath();
          const again = opened(left);
          await look(again, outcome, made);
          await expectNoLitter(again);
        },
      ),
      { numRuns: 25 },
    );
    expect(calls).toBeLessThan(200);
  }
}

/** Once it is old enough, nothing is left beside the objects and what is under way. */
async function expectNoLitter({ disk, incoming }: Opened): Promise<void> {
  disk.now += LITTER_AGE_MS + 1;
  await incoming.clear();
  expect(await disk.names(layout.incoming)).toEqual([]);
}

/** One of these, whole, and described as what it is. */
async function expectHeld(folder: Opened, allowed: readonly (Buffer | null)[]): Promise<void> {
  const held = await folder.held();
  expect(allowed.some((bytes) => (bytes === null ? held === null : held?.equals(bytes) === true))).toBe(true);
  const described = await folder.objects.describe(ID);
  expect(described === null).toBe(held === null);
  if (described !== null && held !== null) {
    expect(described.sizeBytes).toBe(held.length);
    const whole = described.parts === null ? createHash('sha256').update(held).digest('hex') : COMPOSED.sha256;
    expect(described.sha256).toBe(whole);
  }
  const listed = held === null ? [] : [{ objectId: ID, sizeBytes: held.length }];
  expect(await folder.objects.list(null, 10)).toEqual(listed);
}

const nothing = () => Promise.resolve();
const allParts = Buffer.concat(PARTS.map(({ bytes }) => bytes));

describe('a death between any two calls of the disk', () => {
  it('leaves a new object whole or not at all, and whole once its PUT was answered', async () => {
    await atEveryCall(
      nothing,
      (folder) => folder.put(ONE),
      (folder, outcome) => expectHeld(folder, outcome === 'done' ? [ONE.bytes] : [ONE.bytes, null]),
    );
  });

  it('leaves the old content or the new one, whole, when one takes the place of the other', async () => {
    await atEveryCall(
      (folder) => folder.put(ONE),
      (folder) => folder.put(OTHER),
      (folder, outcome) => expectHeld(folder, outcome === 'done' ? [OTHER.bytes] : [ONE.bytes, OTHER.bytes]),
    );
  });

  it.each([
    ['a new object', nothing],
    ['the content that takes the place of another', (folder: Opened) => folder.put(OTHER)],
  ])('leaves nothing that describe shows and a power cut takes away again: %s', async (_what, before) => {
    await atEveryCall(
      before,
      (folder) => folder.put(ONE),
      async (folder) => {
        const described = await folder.objects.describe(ID);
        const later = opened(folder.disk.afterPowerCut(() => false));
        expect((await later.objects.describe(ID))?.sha256).toBe(described?.sha256);
      },
    );
  });

  it('never loses a part that was answered, and lets the others follow', async () => {
    await atEveryCall(
      async (folder) => {
        const partsId = await folder.unfinished.begin(ID);
        await folder.putPart(partsId, PARTS[0] as (typeof PARTS)[number]);
        return partsId;
      },
      (folder, partsId) => folder.putPart(partsId, PARTS[1] as (typeof PARTS)[number]),
      async (folder, outcome, partsId) => {
        const stored = await folder.unfinished.stored({ objectId: ID, partsId });
        expect([[1], [1, 2]].slice(outcome === 'done' ? 1 : 0)).toContainEqual(stored);
        await expectHeld(folder, [null]);
        for (const part of PARTS) await folder.putPart(partsId, part);
        expect(await folder.unfinished.complete({ objectId: ID, partsId }, PARTS)).toBe(true);
        await expectHeld(folder, [allParts]);
      },
    );
  });

  it('leaves all parts under way, or the whole object, when they are put together; doing so again ends well', async () => {
    await atEveryCall(
      async (folder) => {
        const partsId = await folder.unfinished.begin(ID);
        for (const part of PARTS) await folder.putPart(partsId, part);
        // Was announced otherwise once: it must not come into the object.
        await folder.putPart(partsId, { number: 2, ...contentOf(15) });
        return partsId;
      },
      async (folder, partsId) => {
        expect(await folder.unfinished.complete({ objectId: ID, partsId }, PARTS)).toBe(true);
      },
      async (folder, outcome, partsId) => {
        await expectHeld(folder, outcome === 'done' ? [allParts] : [allParts, null]);
        const held = await folder.held();
        const completed = await folder.unfinished.complete({ objectId: ID, partsId }, PARTS);
        expect(completed).toBe(held === null);
        await expectHeld(folder, [allParts]);
        await folder.unfinished.abandon({ objectId: ID, partsId });
        expect(await folder.unfinished.list()).toEqual([]);
        await expectHeld(folder, [allParts]);
      },
    );
  });

  it('leaves the whole object or nothing when it is removed, and nothing once that was answered', async () => {
    await atEveryCall(
      async (folder) => {
        const partsId = await folder.unfinished.begin(ID);
        for (const part of PARTS) await folder.putPart(partsId, part);
        await folder.unfinished.complete({ objectId: ID, partsId }, PARTS);
      },
      (folder) => folder.objects.remove([ID]),
      (folder, outcome) => expectHeld(folder, outcome === 'done' ? [null] : [allParts, null]),
    );
  });

  it('leaves an upload under way or gone when it is begun or given up', async () => {
    await atEveryCall(
      nothing,
      async (folder) => {
        const partsId = await folder.unfinished.begin(ID);
        await folder.unfinished.abandon({ objectId: ID, partsId });
      },
      async (folder, outcome) => {
        const left = await folder.unfinished.list();
        if (outcome === 'done') expect(left).toEqual([]);
        for (const upload of left) {
          await folder.putPart(upload.partsId, PARTS[0] as (typeof PARTS)[number]);
          await folder.unfinished.abandon(upload);
        }
        expect(await folder.unfinished.list()).toEqual([]);
      },
    );
  });
});

describe('opening the folder', () => {
  const open = (disk: PowerCutDisk) => openFolderSaveStore({ directory: DIRECTORY, urlKey: null }, systemClock(), disk);

  it('succeeds after it died at any call, or lost power, and has one key from then on', async () => {
    const whole = new PowerCutDisk();
    await open(whole);
    const shards = layout.shards.length;
    const points = Array.from({ length: whole.calls }, (_, calls) => calls);
    // The folders that objects are spread over are all alike.
    for (const calls of points.filter((at) => at < 10 || at > shards)) {
      const disk = new PowerCutDisk();
      disk.dieAfter(calls);
      await expect(open(disk)).rejects.toThrow();
      for (const kept of [true, false]) {
        const left = disk.afterPowerCut(() => kept);
        const { url } = await (await open(left)).signGet(ID, 'save', { forMs: 60_000, origin: 'http://x' });
        const again = await open(left.afterPowerCut(() => false));
        const { pathname, search } = new URL(url);
        expect(again.files.urls.read(pathname + search)).toMatchObject({ objectId: ID });
      }
    }
  });
});

describe('litter', () => {
  it('stays while it is young: it may be what another process is receiving', async () => {
    const folder = opened(await prepared());
    const file = await folder.disk.create(`${layout.incoming}/young`);
    folder.disk.now += LITTER_AGE_MS;
    await file.write([Buffer.from('still coming')]);
    folder.disk.now += LITTER_AGE_MS;
    await folder.incoming.clear();
    expect(await folder.disk.names(layout.incoming)).toEqual(['young']);
    folder.disk.now += 1;
    await folder.incoming.clear();
    expect(await folder.disk.names(layout.incoming)).toEqual([]);
  });
});
