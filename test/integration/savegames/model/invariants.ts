import assert from 'node:assert/strict';
import { DAY_MS } from '../../../../lib/playtime/days.ts';
import type { MemorySaveStore } from '../../../memory-save-store.ts';
import type { Snapshot } from './snapshot.ts';

export interface Seen {
  /** Null: nothing was there. */
  readonly before: Snapshot | null;
  readonly seen: Snapshot;
  readonly store: MemorySaveStore;
  readonly lost: ReadonlyMap<string, unknown>;
  readonly quotaBytes: number;
}

/** What holds after every step, whatever the model says. */
export function mustHold(step: Seen): void {
  headsMustFormLines(step);
  conflictsMustBeFolded(step.seen);
  accountMustBeTheSum(step);
  savesMustBeInStore(step);
}

/** S1: from each head one comes back, by bases, to the head that was there before; or to nothing, if nothing was. */
function headsMustFormLines({ before, seen }: Seen): void {
  for (const { slot, head } of seen.slots) {
    const since = seen.events.slice(before?.events.length ?? 0);
    const deleted = since.some((event) => event.slot === slot && event.change === 'deleted');
    const earlier = deleted ? null : (before?.slots.find((other) => other.slot === slot)?.head ?? null);
    const line = [];
    for (let at = head; at !== null && at !== earlier && line.length < 3;) {
      line.push(at);
      const version = seen.versions.find((row) => row.slot === slot && row.version === at);
      if (version === undefined) break;
      assert(!version.side, 'a head that lost');
      at = version.base;
      if (at === null) assert.equal(earlier, null, `the head ${head} of ${slot} does not follow ${earlier}`);
    }
    assert(line.length < 3, `the head ${head} of ${slot} does not follow ${earlier}`);
  }
}

/** S5 */
function conflictsMustBeFolded({ versions }: Snapshot): void {
  const open = versions.filter(({ side, settledAs }) => side && settledAs === null);
  const places = new Set(open.map(({ slot, device }) => `${slot} ${device}`));
  assert.equal(open.length, places.size, 'two open conflicts of one device and slot');
}

/** S6 */
function accountMustBeTheSum({ before, seen, quotaBytes }: Seen): void {
  const sum = (sizes: readonly { readonly size: number }[]): number =>
    sizes.reduce((total, { size }) => total + size, 0);
  const { stored, reserved } = seen.account;
  assert.equal(stored, sum(seen.objects.filter(({ missing }) => !missing)), 'stored bytes');
  assert.equal(reserved, sum(seen.uploads), 'reserved bytes');
  const earlier = (before?.account.stored ?? 0) + (before?.account.reserved ?? 0);
  // What was lost and is found again counts again, room or none.
  const foundAgain = before?.objects.some(({ missing }) => missing) ?? false;
  assert(stored + reserved <= Math.max(quotaBytes, earlier) || foundAgain, 'the quota is exceeded');
}

/** S3, S7: every version has its object, and the store has that, byte for byte, unless it lost it. */
function savesMustBeInStore({ seen, store, lost }: Seen): void {
  const objects = new Map(seen.objects.map((object) => [object.id, object]));
  for (const { objectId, version } of seen.versions) {
    const object = objects.get(objectId);
    assert(object !== undefined, `version ${version} has no object`);
    const held = store.contentOf(objectId);
    if (held === null) assert(lost.has(objectId), `the file of version ${version} is gone`);
    else assert.deepEqual({ size: held.sizeBytes, sha256: held.sha256 }, { size: object.size, sha256: object.sha256 });
  }
}

/** S8, after two rounds of the sweep: nothing is in the store but what somebody needs, or may not be removed yet. */
export async function mustHoldAfterSweeps(store: MemorySaveStore, seen: Snapshot, now: number): Promise<void> {
  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
  const waiting = seen.garbage.filter(({ waits }) => waits);
  assert.deepEqual(waiting, seen.garbage, 'garbage that nobody takes away');
  const needed = new Set([...ids(seen.objects), ...ids(seen.uploads), ...ids(waiting)]);
  assert.deepEqual(
    store.ids().filter((id) => !needed.has(id)),
    [],
    'orphans',
  );
  for await (const { objectId, partsId, begunAt } of store.listUnfinished()) {
    const known =
      seen.uploads.some((upload) => upload.partsId === partsId) || waiting.some(({ id }) => id === objectId);
    assert(known || begunAt > now - DAY_MS, 'parts under way that nobody knows of');
  }
  for (const { id, missing } of seen.objects) assert.equal(missing, store.contentOf(id) === null, 'marked as missing');
}
