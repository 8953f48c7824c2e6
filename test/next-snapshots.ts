/** The snapshots of a release that does not exist yet: it reads and writes a version 3 beside what this one has. */
import { Encoder } from 'cbor-x';
import type { SnapshotCodec } from '../actors/snapshot-format.ts';
import { decodeState, encodeState, SNAPSHOTS, versionOf } from '../actors/snapshot.ts';

export const NEXT = SNAPSHOTS.newest + 1;

const codec = new Encoder({ useRecords: false });

/** Version 3 is what was there before, in a wrapping of its own. */
export const nextSnapshots: SnapshotCodec = {
  reads: { oldest: SNAPSHOTS.oldest, newest: NEXT },
  baseline: SNAPSHOTS.newest,
  encode(state, version) {
    const known = encodeState(state);
    return version === NEXT ? codec.encode([NEXT, known]) : known;
  },
  decode(snapshot, shared) {
    if (versionOf(snapshot) !== NEXT) return decodeState(snapshot, shared);
    const [, known] = codec.decode(snapshot) as [number, Uint8Array];
    return decodeState(known, shared);
  },
  versionOf,
};
