/**
 * Brings checkpoints and PostgreSQL together after a restore, shard by shard. What goes on is judged by
 * `actors/restored-state.ts`; here is how it is read and written.
 *
 * Each shard is acquired: an engine that still held it can acknowledge nothing any more.
 */
import { shardOf } from '../../actors/placement.ts';
import { restoredState } from '../../actors/restored-state.ts';
import { isEmpty, NOTHING_HELD, type UserState } from '../../actors/session.ts';
import { decodeState, encodeState } from '../../actors/snapshot.ts';
import type { Database } from '../../lib/db/database.ts';
import type { CheckpointRecord, CheckpointStore } from '../../lib/ports/checkpoint-store.ts';
import { erasedAmong, storedPlay, usersWithLiveSessions } from '../../lib/restore/stored-play.ts';
import type { UuidKey } from '../../lib/uuid.ts';

export interface Reconciliation {
  readonly shards: number;
  /** Users who hold sessions now. */
  readonly users: number;
  /** Sessions that go on as PostgreSQL has them, for their checkpoint was older. */
  readonly caughtUp: number;
  /** Sessions that go on though no checkpoint had them. */
  readonly rebuilt: number;
  /** Live ones that could not go on. */
  readonly ended: number;
  /** Users who were erased, and whose checkpoint came back. */
  readonly erased: number;
}

export interface ReconcileOptions {
  readonly database: Database;
  readonly store: CheckpointStore;
  readonly shards: number;
  /** Live sessions of PostgreSQL that began earlier are left alone. */
  readonly since: Date;
  /** Told after each shard. */
  readonly progress: (done: number, of: number) => void;
}

const OWNER = 'restore';
/** Users asked about in one statement. */
const BATCH = 2_000;

/** @throws Error naming the shard whose checkpoints cannot be read, before anything of it is written */
export async function reconcileCheckpoints(options: ReconcileOptions): Promise<Reconciliation> {
  const { database, store, shards, since, progress } = options;
  const live = new Map<number, UuidKey[]>();
  for (const user of await usersWithLiveSessions(database.db, since)) {
    const shard = shardOf(user, shards);
    const users = live.get(shard);
    if (users === undefined) live.set(shard, [user]);
    else users.push(user);
  }
  const known = (await store.shards()).map(({ shard }) => shard);
  const concerned = [...new Set([...known, ...live.keys()])].sort((a, b) => a - b);
  const sum = { shards: concerned.length, users: 0, caughtUp: 0, rebuilt: 0, ended: 0, erased: 0 };
  for (const [done, shard] of concerned.entries()) {
    const { epoch, records } = await store.acquire(shard, OWNER);
    const changes = await judged(database, shard, records, live.get(shard) ?? []);
    const [outcome] = await store.commit([{ shard, epoch, number: 1, puts: changes.puts, removes: changes.removes }]);
    if (outcome?.applied !== true) {
      throw new Error(
        `shard ${shard} was taken by ${outcome?.owner ?? 'another'}: stop the engines, then run this again`,
      );
    }
    await store.release(shard, epoch);
    for (const name of ['users', 'caughtUp', 'rebuilt', 'ended', 'erased'] as const) sum[name] += changes[name];
    progress(done + 1, concerned.length);
  }
  return sum;
}

interface Changes extends Omit<Reconciliation, 'shards'> {
  readonly puts: readonly CheckpointRecord[];
  readonly removes: readonly UuidKey[];
}

async function judged(
  { executor }: Database,
  shard: number,
  records: readonly CheckpointRecord[],
  live: readonly UuidKey[],
): Promise<Changes> {
  const states = new Map<UuidKey, UserState>(live.map((user) => [user, NOTHING_HELD]));
  for (const { user, snapshot } of records) states.set(user, decoded(shard, snapshot));
  const puts: CheckpointRecord[] = [];
  const removes: UuidKey[] = [];
  const count = { users: 0, caughtUp: 0, rebuilt: 0, ended: 0, erased: 0 };
  const users = [...states.keys()];
  for (let from = 0; from < users.length; from += BATCH) {
    const batch = users.slice(from, from + BATCH);
    const held = batch.flatMap((user) => states.get(user)?.sessions.map(({ id }) => id) ?? []);
    const stored = await storedPlay(executor, batch, held);
    const erased = await erasedAmong(executor, batch);
    for (const user of batch) {
      const [before, play] = [states.get(user), stored.get(user)];
      if (before === undefined || play === undefined) continue;
      const after = erased.has(user)
        ? { state: NOTHING_HELD, caughtUp: 0, rebuilt: 0, ended: 0 }
        : restoredState(before, play);
      count.erased += erased.has(user) ? 1 : 0;
      for (const name of ['caughtUp', 'rebuilt', 'ended'] as const) count[name] += after[name];
      if (isEmpty(after.state)) {
        removes.push(user);
      } else {
        puts.push({ user, snapshot: encodeState(after.state) });
        count.users += 1;
      }
    }
  }
  return { puts, removes, ...count };
}

function decoded(shard: number, snapshot: Uint8Array): UserState {
  try {
    return decodeState(snapshot, (game) => game);
  } catch (error) {
    throw new Error(`shard ${shard}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
