import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { shardOf } from '../../../actors/placement.ts';
import { isLive, NOTHING_HELD, rowOf, type Session } from '../../../actors/session.ts';
import { decodeState, encodeState } from '../../../actors/snapshot.ts';
import { turn, type PlayRules } from '../../../actors/user-actor.ts';
import { MemoryCheckpointStore } from '../../../lib/checkpoint/memory-checkpoint-store.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { skipNumbers } from '../../../lib/restore/skip-numbers.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { reconcileCheckpoints, type Reconciliation } from '../../../scripts/restore/reconcile-checkpoints.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id, sums } from '../../playtime-rows.ts';

const SHARDS = 8;
const [USER, GAME] = [mustUuidKey(id(1, 'user')), mustUuidKey(id(1, 'game'))];
const SHARD = shardOf(USER, SHARDS);
const RULES: PlayRules = {
  maxGapMs: 60_000,
  sessionTimeoutMs: 120_000,
  maxLiveGames: 4,
  maxHeldSessions: 16,
  lingerMs: 60_000,
  graceMs: 300_000,
  copyMarginMs: 5_000,
};

/** The session as it was after so many beats, one a second. */
function after(beats: number, ended = false): Session {
  return {
    id: mustUuidKey(id(1)),
    gameId: GAME,
    deviceId: mustUuidKey(id(1, 'device')),
    clientSessionId: null,
    startedAt: TEST_NOW,
    lastBeatAt: TEST_NOW + beats * 1_000,
    seq: beats,
    activeMs: 0,
    credit: beats * 1_000,
    baseMs: 0,
    rev: beats + 1 + (ended ? 1 : 0),
    endedAt: ended ? TEST_NOW + beats * 1_000 : 0,
    endReason: ended ? 'ended' : null,
    flushedRev: 0,
  };
}

onEachDatabase('checkpoints and PostgreSQL of different moments', (database) => {
  let store: MemoryCheckpointStore;

  beforeEach(async () => {
    store = new MemoryCheckpointStore({ now: () => TEST_NOW });
    await database()
      .db.insertInto('user_libraries')
      .values({
        user_id: id(1, 'user'),
        game_id: id(1, 'game'),
        source: 'purchase' as const,
        acquired_at: new Date(TEST_NOW),
        updated_at: new Date(TEST_NOW),
      })
      .execute();
  });

  afterEach(async () => {
    await sql`
      TRUNCATE playtime_sessions, playtime_totals, playtime_stats_daily, playtime_stats_monthly, user_libraries,
        outbox_events, erasures`.execute(database().db);
  });

  const flush = (session: Session): Promise<void> =>
    postgresPlaytimeSink(database().executor).flush([rowOf(USER, session)]);
  const checkpoint = async (session: Session): Promise<void> => {
    const { epoch } = await store.acquire(SHARD, 'engine');
    const snapshot = encodeState({ ...NOTHING_HELD, sessions: [session] });
    await store.commit([{ shard: SHARD, epoch, number: 1, puts: [{ user: USER, snapshot }], removes: [] }]);
  };
  const reconcile = (): Promise<Reconciliation> =>
    reconcileCheckpoints({
      database: database(),
      store,
      shards: SHARDS,
      since: new Date(TEST_NOW - 86_400_000),
      progress: () => undefined,
    });
  const held = (): readonly Session[] =>
    store.records(SHARD).flatMap(({ snapshot }) => decodeState(snapshot, (game) => game).sessions);
  const stored = async () => (await sums(database(), id(1, 'user')))['totals']?.[id(1, 'game')];

  it('counts the last beats once when PostgreSQL is older', async () => {
    await flush(after(4));
    await checkpoint(after(9));
    await reconcile();
    for (const session of held()) await flush(session);
    expect(await stored()).toBe(9_000);
  });

  it('sees the beats and the end that follow when the checkpoint is older', async () => {
    await checkpoint(after(4));
    await flush(after(20));
    expect(await reconcile()).toMatchObject({ caughtUp: 1, users: 1 });
    const state = { ...NOTHING_HELD, sessions: held() };
    const beat = { kind: 'end' as const, sessionId: mustUuidKey(id(1)), seq: 21, activeMs: null };
    const next = turn(state, beat, TEST_NOW + 21_000, RULES).state.sessions[0];
    if (next === undefined) throw new Error('the session is gone');
    await flush(next);
    const row = await database().db.selectFrom('playtime_sessions').selectAll().executeTakeFirstOrThrow();
    expect({ ms: row.ms, reason: row.end_reason }).toEqual({ ms: 21_000, reason: 'ended' });
    expect(await stored()).toBe(21_000);
  });

  it('would lose both without it: PostgreSQL refuses the revisions of an older checkpoint', async () => {
    await flush(after(20));
    await flush({ ...after(5, true), credit: 5_000 });
    const row = await database().db.selectFrom('playtime_sessions').selectAll().executeTakeFirstOrThrow();
    expect({ ms: row.ms, reason: row.end_reason }).toEqual({ ms: 20_000, reason: null });
  });

  it('takes live sessions up again when every checkpoint is lost', async () => {
    await flush(after(7));
    expect(await reconcile()).toMatchObject({ rebuilt: 1, users: 1, caughtUp: 0 });
    expect(held()).toEqual([after(7)]);
  });

  it('leaves ended sessions alone', async () => {
    await flush(after(7, true));
    expect(await reconcile()).toMatchObject({ rebuilt: 0, users: 0 });
    expect(held()).toEqual([]);
  });

  it('brings nothing back of a user who was erased', async () => {
    await checkpoint(after(7));
    await rememberErasure(database().db, id(1, 'user'), TEST_NOW);
    expect(await reconcile()).toMatchObject({ erased: 1, users: 0 });
    expect(held()).toEqual([]);
  });

  it('shuts out an engine that was not stopped', async () => {
    await checkpoint(after(4));
    const [lease] = await store.shards();
    await reconcile();
    const late = { shard: SHARD, epoch: lease?.epoch ?? 0, number: 2, puts: [], removes: [USER] };
    expect(await store.commit([late])).toEqual([{ applied: false, owner: null }]);
    expect(held().filter(isLive)).toHaveLength(1);
  });

  it('writes nothing of a shard whose checkpoints it cannot read', async () => {
    const { epoch } = await store.acquire(SHARD, 'engine');
    const snapshot = Uint8Array.of(0x81, 0x17);
    await store.commit([{ shard: SHARD, epoch, number: 1, puts: [{ user: USER, snapshot }], removes: [] }]);
    await expect(reconcile()).rejects.toThrow(`shard ${SHARD}: `);
    expect(store.records(SHARD)[0]?.snapshot).toEqual(snapshot);
  });

  it('gives no number out again that was given out after the backup', async () => {
    await flush(after(4, true));
    const before = await lastEvent();
    await skipNumbers(database().db);
    await flush({ ...after(4, true), id: mustUuidKey(id(2)) });
    expect(await lastEvent()).toBeGreaterThan(before + 999_999_999);
  });

  async function lastEvent(): Promise<number> {
    const row = await database()
      .db.selectFrom('outbox_events')
      .select('event_number')
      .orderBy('event_number', 'desc')
      .executeTakeFirstOrThrow();
    return row.event_number;
  }
});
