import { expect } from '@jest/globals';
import { actorsInMemory, type ActorsInMemory } from './actor-in-memory.ts';
import { TEST_NOW } from './databases.ts';
import { id, sums } from './playtime-rows.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type { OfflineReply, OfflineSession } from '../lib/contract/playtime.ts';
import type { Database } from '../lib/db/database.ts';
import { grantGame } from '../lib/library/access.ts';
import { putGame } from '../lib/library/catalog.ts';
import { reportOffline } from '../lib/playtime/report-offline.ts';
import { postgresPlaytimeSink } from '../lib/playtime/postgres-playtime-sink.ts';
import { startSession } from '../lib/playtime/start-session.ts';
import { mustUuidKey } from '../lib/uuid.ts';
import { lender, userActor } from '../services/user-actor-calls.ts';

export const MINUTE = 60_000;
export const GAME = id(1, 'game');
export const OTHER_GAME = id(2, 'game');
const DEVICE = id(1, 'device');

let lastUser = 1000;

/** A user of their own with two games, a launcher that plays them, and a clock that the test moves. */
export interface Player {
  readonly userId: string;
  readonly engine: ActorsInMemory;
  readonly context: {
    readonly db: Database['db'];
    readonly actor: ReturnType<typeof userActor>;
    readonly actorOf: (userId: string) => ReturnType<typeof userActor>;
    readonly lender: (ownerId: string) => ReturnType<typeof lender>;
    readonly userId: string;
    readonly now: number;
    readonly notTold: (error: unknown) => void;
  };
  readonly caller: Request['caller'];
  wait(ms: number): void;
  start(gameId?: string, deviceId?: string): Promise<string>;
  /** Plays for some minutes, a heartbeat each. */
  play(sessionId: string, minutes: number): Promise<void>;
  end(sessionId: string): Promise<void>;
  /** Reports offline play, by minutes before now. */
  offline(
    ...spans: readonly (readonly [id: string, from: number, to: number, more?: Partial<OfflineSession>])[]
  ): Promise<OfflineReply['results']>;
  /** Every sum there is of the game, ms; fails when the places that keep one disagree. */
  total(gameId?: string): Promise<number>;
}

export async function newPlayer(database: Database): Promise<Player> {
  const userId = id((lastUser += 1), 'user');
  const engine = actorsInMemory(postgresPlaytimeSink(database.executor), TEST_NOW);
  const caller = { userId, roles: ['user'] as const };
  const seqs = new Map<string, number>();
  const ask = (kind: 'heartbeat' | 'end', sessionId: string) => {
    seqs.set(sessionId, (seqs.get(sessionId) ?? 0) + 1);
    const command = { kind, sessionId: mustUuidKey(sessionId), seq: seqs.get(sessionId)!, activeMs: null };
    return engine.ask(mustUuidKey(userId), command, Infinity);
  };
  const notTold = (error: unknown): void => {
    throw error;
  };
  for (const gameId of [GAME, OTHER_GAME]) {
    await putGame(database.db, gameId, { title: `Game ${gameId.at(-1)}` }, TEST_NOW);
    await grantGame({ db: database.db, caller, userId, now: TEST_NOW }, { game_id: gameId, source: 'purchase' });
  }
  const player: Player = {
    userId,
    engine,
    caller,
    get context() {
      const actorOf = (user: string) => userActor(engine, user, Infinity);
      const lenderOf = (owner: string) => lender(engine, owner, Infinity);
      return { db: database.db, actor: actorOf(userId), actorOf, lender: lenderOf, userId, now: engine.now, notTold };
    },
    wait(ms) {
      engine.now += ms;
    },
    async start(gameId = GAME, deviceId = DEVICE) {
      const body = { game_id: gameId, device_id: deviceId };
      return (await startSession({ ...player.context, heartbeatIntervalSeconds: 60 }, body)).session_id;
    },
    async play(sessionId, minutes) {
      for (let n = 0; n < minutes; n += 1) {
        player.wait(MINUTE);
        await ask('heartbeat', sessionId);
      }
    },
    async end(sessionId) {
      await ask('end', sessionId);
    },
    async offline(...spans) {
      const sessions = spans.map(([client_session_id, from, to, more]) => ({
        client_session_id,
        game_id: GAME,
        device_id: DEVICE,
        started_at: new Date(engine.now - from * MINUTE).toISOString(),
        ended_at: new Date(engine.now - to * MINUTE).toISOString(),
        ...more,
      }));
      return (await reportOffline(player.context, { sessions })).results;
    },
    async total(gameId = GAME) {
      const found = await sums(database, userId);
      const total = found['totals']?.[gameId] ?? 0;
      for (const place of ['sessions', 'daily', 'monthly']) expect(found[place]?.[gameId] ?? 0).toBe(total);
      expect(found['sessions by day'] ?? {}).toEqual(found['daily by day'] ?? {});
      return total;
    },
  };
  return player;
}
