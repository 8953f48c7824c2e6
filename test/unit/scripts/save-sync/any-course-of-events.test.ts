import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { folderContent } from '../../../../scripts/save-sync/folder-content.ts';
import type { Choice } from '../../../../scripts/save-sync/sync-ports.ts';
import { fakeCloud, type FakeCloud, type Fault } from './fake-cloud.ts';
import { FakeDevice } from './fake-device.ts';

type Step =
  | { readonly kind: 'play'; readonly device: number; readonly content: number }
  | { readonly kind: 'sync'; readonly device: number; readonly policy: Choice | null }
  /** The client dies at its n-th request, before or after the service carried it out. */
  | {
      readonly kind: 'crash';
      readonly device: number;
      readonly policy: Choice;
      readonly nth: number;
      readonly fault: Fault;
    }
  /** While this device talks to the cloud, before its n-th request, another one synchronises. */
  | { readonly kind: 'overtake'; readonly device: number; readonly policy: Choice; readonly nth: number }
  | { readonly kind: 'delete' }
  | { readonly kind: 'restore'; readonly nth: number };

const DEVICES = ['one', 'two', 'three'];
const device = fc.nat(DEVICES.length - 1);
const policy = fc.constantFrom<Choice>('local', 'cloud', 'both');
const nth = fc.integer({ min: 1, max: 9 });
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('play' as const), device, content: fc.nat(5) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('sync' as const), device, policy: fc.option(policy) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        device,
        policy,
        nth,
        fault: fc.constantFrom<Fault>('lost', 'answer lost', 'cut'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('overtake' as const), device, policy, nth }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), nth: fc.nat(5) }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** A save whose upload ends after the slot was deleted, and which then is the next head. */
const LOST_TO_A_DELETION: Step[] = [
  { kind: 'play', device: 2, content: 0 },
  { kind: 'play', device: 0, content: 0 },
  { kind: 'overtake', device: 0, policy: 'local', nth: 1 },
  { kind: 'crash', device: 2, policy: 'local', nth: 4, fault: 'lost' },
  { kind: 'delete' },
];

class World {
  readonly cloud: FakeCloud;
  readonly root: string;
  readonly devices: readonly FakeDevice[];
  readonly #choices: Choice[];

  constructor(cloud: FakeCloud, root: string, choices: Choice[]) {
    this.cloud = cloud;
    this.root = root;
    this.#choices = choices;
    this.devices = DEVICES.map((name) => new FakeDevice({ url: cloud.url, root, name, retries: 0 }));
  }

  async take(step: Step): Promise<void> {
    const { slots } = this.cloud;
    if (step.kind === 'delete') return slots.remove('slot');
    if (step.kind === 'restore') return slots.restore('slot', slots.versions('slot').at(step.nth)?.version ?? 0);
    const subject = this.devices[step.device]!;
    if (step.kind === 'play') return subject.write({ 'a.sav': `played ${step.content}`, [`${subject.name}.sav`]: '' });
    if (step.kind === 'sync') return this.guarded(subject, step.policy);
    let count = 0;
    const crash = step.kind === 'crash' ? step.fault : null;
    this.cloud.fault = () => ((count += 1) === step.nth ? crash : null);
    if (step.kind === 'overtake') this.overtakeAt(step.nth, this.devices[(step.device + 1) % DEVICES.length]!);
    await this.guarded(subject, step.policy).catch((error: Error) => expect(error.message).toMatch(/NO_ANSWER|broke/));
    this.cloud.fault = () => null;
    this.cloud.before = () => Promise.resolve();
  }

  /** One request is carried out only after the other device has finished. */
  overtakeAt(nth: number, by: FakeDevice): void {
    let count = 0;
    this.cloud.before = async () => {
      if ((count += 1) !== nth) return;
      this.cloud.before = () => Promise.resolve();
      await this.guarded(by, 'both');
    };
  }

  /** Synchronises, and checks that what was here is here still, or in the cloud. */
  async guarded(subject: FakeDevice, choice: Choice | null): Promise<void> {
    const before = await this.contentOf(subject);
    try {
      await subject.sync(() => Promise.resolve(choice));
    } finally {
      if (before !== null && (await this.contentOf(subject)) !== before) {
        expect([...this.cloud.slots.contents.keys()]).toContain(before);
      }
    }
  }

  async contentOf({ folder }: FakeDevice): Promise<string | null> {
    const entries = await folderContent.list(folder);
    if (entries.length === 0) return null;
    return createHash('sha256')
      .update(await buffer(folderContent.packed(folder, entries)))
      .digest('hex');
  }

  /** Everybody synchronises in turns, each with a policy of its own, until nobody has anything to do. */
  async settle(deleted: boolean): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      for (const [at, subject] of this.devices.entries()) await this.guarded(subject, this.#choices[at] ?? 'local');
    }
    this.cloud.requests.length = 0;
    for (const subject of this.devices) {
      expect(await subject.sync(() => Promise.reject(new Error('an old conflict was asked about again')))).toBe(
        'in-step',
      );
    }
    expect(this.cloud.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
    const slot = this.cloud.slots.shown('slot');
    expect(this.cloud.slots.uploads.size).toBe(0);
    expect(slot?.conflicts ?? []).toEqual([]);
    const contents = await Promise.all(this.devices.map((subject) => this.contentOf(subject)));
    const head = slot?.head?.sha256 ?? null;
    // What was deleted in the cloud stays on the devices, each with its own; else all have what the cloud has.
    if (head !== null || !deleted) expect(contents).toEqual(contents.map(() => head));
  }
}

const RUNS = Number(process.env['SAVE_SYNC_RUNS'] ?? 30);
const TEST_MS = 600_000;

async function inWorld(choices: Choice[], work: (world: World) => Promise<void>): Promise<void> {
  const cloud = await fakeCloud();
  const root = mkdtempSync(path.join(tmpdir(), 'library-test-'));
  try {
    await work(new World(cloud, root, choices));
    mustBeOneLine(cloud);
  } finally {
    await cloud.close();
    rmSync(root, { recursive: true, force: true });
  }
}

describe('whatever happens', () => {
  it(
    'between devices, each with any policy: no save is lost, and all come to rest with the same one',
    async () => {
      const property = fc.asyncProperty(steps, fc.tuple(policy, policy, policy), (course, choices) =>
        inWorld(choices, async (world) => {
          for (const step of course) await world.take(step);
          await world.settle(course.some(({ kind }) => kind === 'delete'));
        }),
      );
      await fc.assert(property, { numRuns: RUNS, examples: [[LOST_TO_A_DELETION, ['local', 'local', 'local']]] });
    },
    TEST_MS,
  );

  it(
    'to a device that is alone, wherever it crashes: it is never in conflict with itself',
    async () => {
      const crash = fc.record({ nth, fault: fc.constantFrom<Fault>('lost', 'answer lost', 'cut') });
      const property = fc.asyncProperty(fc.array(fc.option(crash), { minLength: 1, maxLength: 8 }), (runs) =>
        inWorld([], async ({ cloud, devices: [device] }) => {
          for (const [content, run] of [...runs, null].entries()) {
            device!.write({ 'a.sav': `played ${content}` });
            let count = 0;
            cloud.fault = () => (run !== null && (count += 1) === run.nth ? run.fault : null);
            const synchronised = device!.sync(() => Promise.reject(new Error('asked')));
            if (run === null) expect(await synchronised).toBe('in-step');
            else await synchronised.catch((error: Error) => expect(error.message).toMatch(/NO_ANSWER|broke/));
          }
          expect(cloud.slots.versions('slot').filter(({ state }) => state !== 'head' && state !== 'past')).toEqual([]);
        }),
      );
      await fc.assert(property, { numRuns: RUNS });
    },
    TEST_MS,
  );
});

/** Each head names the one before it: nothing was uploaded over what its device did not know. */
function mustBeOneLine({ slots }: FakeCloud): void {
  const heads = slots
    .versions('slot')
    .filter(({ state }) => state === 'head' || state === 'past')
    .toReversed();
  let before: number | null = null;
  for (const { version, base_version } of heads) {
    expect([before, null]).toContain(base_version);
    before = version;
  }
}
