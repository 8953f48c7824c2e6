import type { Session, UserState } from '../../../actors/session.ts';
import { SnapshotFormat } from '../../../actors/snapshot-format.ts';
import { snapshotCodec } from '../../../actors/snapshot.ts';
import type { PlayRules } from '../../../actors/user-actor.ts';
import type { UuidKey } from '../../../lib/uuid.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';

/** A key that can be read when a test fails. */
export const key = (name: string): UuidKey => name.padStart(16, '.').slice(-16) as UuidKey;

export const RULES: PlayRules = {
  maxGapMs: 90_000,
  sessionTimeoutMs: 180_000,
  maxLiveGames: 4,
  maxHeldSessions: 16,
  lingerMs: 60_000,
  graceMs: 300_000,
  copyMarginMs: 5_000,
};

/** The format of a node that is alone. */
export const formatOf = (time: VirtualTime): SnapshotFormat =>
  new SnapshotFormat(snapshotCodec, { now: () => time.now, after: time.after.bind(time) }, 0);

export function sessionIn(state: UserState, name: string): Session {
  const session = state.sessions.find((held) => held.id === key(name));
  if (!session) throw new Error(`the state holds no session ${name}`);
  return session;
}
