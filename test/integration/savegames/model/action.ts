import fc from 'fast-check';
import type { Crash } from './faults.ts';

/**
 * What happens next, as plain data, so that a counterexample can be read, shrunk and run again. Numbers are taken modulo
 * what there is to choose from: every sequence of actions means something.
 */
export type Action =
  | { readonly do: 'edit'; readonly at: Place; readonly content: number }
  | {
      readonly do: 'sync';
      readonly at: Place;
      /** Null: as it is. */
      readonly content: number | null;
      readonly side: boolean;
      readonly crash: Crash | null;
    }
  | { readonly do: 'announce'; readonly at: Place; readonly side: boolean; readonly crash: Crash | null }
  | { readonly do: 'put'; readonly at: Place; readonly how: 'whole' | 'cut' | 'slow' }
  | { readonly do: 'arrive' }
  | { readonly do: 'confirm'; readonly at: Place; readonly send: boolean; readonly crash: Crash | null }
  | { readonly do: 'cancel'; readonly at: Place; readonly crash: Crash | null }
  | { readonly do: 'adopt' | 'rebase' | 'forget base'; readonly at: Place }
  | { readonly do: 'download'; readonly slot: number; readonly version: number }
  | {
      readonly do: 'resolve';
      readonly which: number;
      readonly keep: 'local' | 'cloud' | 'both';
      readonly into: number | null;
      readonly seen: boolean;
      readonly crash: Crash | null;
    }
  | {
      readonly do: 'restore';
      readonly slot: number;
      readonly version: number | null;
      readonly seen: boolean;
      readonly crash: Crash | null;
    }
  | { readonly do: 'pin'; readonly version: number; readonly pinned: boolean; readonly crash: Crash | null }
  | { readonly do: 'delete version'; readonly version: number; readonly crash: Crash | null }
  | { readonly do: 'delete slot'; readonly slot: number; readonly permanently: boolean; readonly crash: Crash | null }
  | { readonly do: 'settings'; readonly enabled: boolean; readonly keepVersions: number }
  | { readonly do: 'at once'; readonly one: AtOnce; readonly other: AtOnce }
  /** All announce saves of the same base, and then confirm them. */
  | {
      readonly do: 'race';
      readonly slot: number;
      readonly content: number;
      /** The first two confirm at once. */
      readonly meet: boolean;
      readonly crash: Crash | null;
    }
  | { readonly do: 'sweep'; readonly rounds: number; readonly crash: Crash | null }
  /** Bridges may be running meanwhile. */
  | { readonly do: 'wait'; readonly ms: number; readonly swept: boolean }
  | { readonly do: 'lose'; readonly object: number; readonly swept: boolean }
  | { readonly do: 'find again' };

/** A device and a slot. */
export interface Place {
  readonly device: number;
  readonly slot: number;
}

/** What may meet. */
export type AtOnce = Extract<Action, { do: 'announce' | 'confirm' | 'cancel' | 'resolve' | 'restore' | 'delete slot' }>;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Past the life of a URL, of an upload, of a deleted slot, of a loser, or not quite; and a little. */
const WAITS = [MINUTE, 16 * MINUTE, 121 * MINUTE, DAY, 6.5 * DAY, 8 * DAY, 29.5 * DAY, 31 * DAY];

const place = fc.record({ device: fc.nat(2), slot: mostly(true).map((first) => (first ? 0 : 1)) });
const number = fc.nat(9);
const crash: fc.Arbitrary<Crash | null> = fc.option(
  fc.record({ at: fc.integer({ min: 1, max: 20 }), fault: fc.constantFrom('not done', 'answer lost') }),
  { freq: 3, nil: null },
);

const announce = fc.record({ do: fc.constant('announce'), at: place, side: mostly(false), crash });
const confirm = fc.record({ do: fc.constant('confirm'), at: place, send: mostly(true), crash });
const cancel = fc.record({ do: fc.constant('cancel'), at: place, crash });
const resolve = fc.record({
  do: fc.constant('resolve'),
  which: number,
  keep: fc.constantFrom('local', 'cloud', 'both'),
  into: fc.option(fc.nat(1), { freq: 3 }),
  seen: mostly(true),
  crash,
});
const restore = fc.record({
  do: fc.constant('restore'),
  slot: number,
  version: fc.option(number, { freq: 3 }),
  seen: mostly(true),
  crash,
});
const deleteSlot = fc.record({ do: fc.constant('delete slot'), slot: number, permanently: mostly(false), crash });
const atOnce: fc.Arbitrary<AtOnce> = fc.oneof(
  announce,
  announce,
  confirm,
  confirm,
  cancel,
  resolve,
  restore,
  deleteSlot,
);

/** Often in the same place, where most can go wrong. */
function meeting(one: AtOnce): fc.Arbitrary<Action> {
  const other = fc
    .tuple(atOnce, fc.boolean())
    .map(([asked, near]): AtOnce => (near && 'at' in asked && 'at' in one ? { ...asked, at: one.at } : asked));
  return fc.record({ do: fc.constant('at once'), one: fc.constant(one), other });
}

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('edit'), at: place, content: number }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('sync'),
      at: place,
      content: fc.option(number, { freq: 5 }),
      side: mostly(false),
      crash,
    }),
  },
  { weight: 8, arbitrary: announce },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('put'), at: place, how: fc.constantFrom('whole', 'cut', 'slow') }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'arrive' }) },
  { weight: 8, arbitrary: confirm },
  { weight: 2, arbitrary: cancel },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('adopt', 'adopt', 'rebase', 'forget base'), at: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('download'), slot: number, version: number }) },
  { weight: 6, arbitrary: resolve },
  { weight: 3, arbitrary: restore },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pin'), version: number, pinned: fc.boolean(), crash }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete version'), version: number, crash }) },
  { weight: 2, arbitrary: deleteSlot },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('settings'),
      enabled: mostly(true),
      keepVersions: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 8, arbitrary: atOnce.chain(meeting) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('race'),
      slot: fc.nat(1),
      content: number,
      meet: fc.boolean(),
      crash,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sweep'), rounds: fc.integer({ min: 1, max: 2 }), crash }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(...WAITS), swept: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose'), object: number, swept: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'find again' }) },
);

/** @param length of the longest */
export function actions(length: number): fc.Arbitrary<readonly Action[]> {
  return fc.array(action, { maxLength: length, size: 'max' });
}

function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.nat(9).map((n) => (n < 8 ? value : !value));
}
