import { v7 as uuidv7 } from 'uuid';
import type { HeldSession } from '../../../actors/messages.ts';
import type { GameBody } from '../../../lib/contract/admin.ts';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import type { Database } from '../../../lib/db/database.ts';
import type { AchievementDefinition } from '../../../lib/db/schema/catalog.ts';
import { eraseUser, type Erasing } from '../../../lib/erasure/erase-user.ts';
import { reactions, type ReactionPorts } from '../../../lib/events/reactions.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import type { UserActor } from '../../../lib/playtime/user-actor.ts';
import type { SessionRow } from '../../../lib/ports/playtime-sink.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { achievement } from '../../achiever.ts';
import { TEST_NOW } from '../../databases.ts';
import { id, sessionRow } from '../../playtime-rows.ts';
import type { SeededRandom } from '../../simulation/seeded-random.ts';

/** Ten slots of counters and as many lanes of the outbox, so that strangers meet there. */
export const USERS = Array.from({ length: 40 }, (_, n) => id(0x9000 + 0x100 * Math.floor(n / 10) + (n % 10), 'user'));
export const GAMES = Array.from({ length: 8 }, (_, n) => id(0x901 + n, 'game'));
export const DEVICES = Array.from({ length: 3 }, (_, n) => id(n + 1, 'device'));
export const ADMIN: Caller = { userId: id(0xadadad, 'user'), roles: ['admin'] };

export const ACHIEVEMENTS: readonly AchievementDefinition[] = [
  achievement('once'),
  achievement('steps', { target: 5, progress: 'increment' }),
  achievement('high', { target: 100 }),
  achievement('server', { authority: 'server', target: 3 }),
];

/** What the operations of a storm share: the database, what was made so far, and the users' actors. */
export interface World {
  readonly database: Database;
  readonly random: SeededRandom;
  readonly reactions: ReturnType<typeof reactions>;
  readonly categories: Map<string, string[]>;
  readonly sessions: Map<string, SessionRow>;
  /** Users whose erasure has been asked for. */
  readonly erased: Set<string>;
  /** Ms since the Unix epoch; a little later each time it is asked for. */
  now(): number;
  readonly actorOf: (userId: string) => UserActor;
  readonly flush: (rows: readonly SessionRow[]) => Promise<void>;
}

export function game(n: number, amountMinor = 2000): GameBody {
  const prices = [
    { currency: 'EUR', amount_minor: amountMinor },
    { currency: 'USD', amount_minor: amountMinor + 200 },
  ];
  return { title: `Storm ${n}`, prices, achievements: [...ACHIEVEMENTS] };
}

export async function newWorld(database: Database, random: SeededRandom): Promise<World> {
  const { db } = database;
  const sink = postgresPlaytimeSink(database.executor);
  const flushing = new Map<string, Set<Promise<void>>>();
  const erased = new Set<string>();
  let now = TEST_NOW;

  /** The engine's promise: what an erased actor held is not on its way to PostgreSQL any more. */
  async function flush(rows: readonly SessionRow[]): Promise<void> {
    const flushed = sink.flush(rows);
    const settled = flushed.catch(() => undefined);
    const users = new Set(rows.map(({ userId }) => userId as string));
    for (const user of users) flushing.set(user, (flushing.get(user) ?? new Set()).add(settled));
    await settled;
    for (const user of users) flushing.get(user)?.delete(settled);
    await flushed;
  }
  const actorOf = (userId: string): UserActor => ({
    start: () => Promise.reject(new Error('nobody starts sessions in a storm')),
    held: () => Promise.resolve(GAMES.map(heldSession)),
    flush: () => Promise.resolve(),
    revoke: () => Promise.resolve(),
    rebase: () => Promise.resolve(),
    async erase() {
      erased.add(userId);
      await Promise.all([...(flushing.get(mustUuidKey(userId)) ?? [])]);
    },
  });
  for (const [n, gameId] of GAMES.entries()) await putGame(db, gameId, game(n), now);
  const clock = { database, now: () => (now += 997) };
  const erase = (userId: string) => eraseUser(erasing(clock), actorOf, userId);
  const ports: ReactionPorts = { db, actorOf, erase };
  return {
    ...clock,
    random,
    reactions: reactions(ports),
    categories: new Map(),
    sessions: new Map(),
    erased,
    actorOf,
    flush,
  };
}

/** An erasure some time later. */
export function erasing({ database: { db }, now }: Pick<World, 'database' | 'now'>, laterMs = 0): Erasing {
  return { db, saves: { urlSeconds: 900 }, now: now() + laterMs };
}

/** A live session of the game, which is all that a report of an achievement asks for. */
function heldSession(gameId: string): HeldSession {
  const row = sessionRow({ gameId: mustUuidKey(gameId), msByDay: [0] });
  return { ...row, ended: null, lender: null } as unknown as HeldSession;
}

/** Rows as a flusher has them: of many users at once, new sessions and ones that went on or ended. */
export function nextRows(world: World, count: number): readonly SessionRow[] {
  const { random, sessions, erased } = world;
  const rows = new Map<string, SessionRow>();
  while (rows.size < count) {
    const known = [...sessions.values()].filter(({ ended }) => ended === null);
    const row = known.length > 0 && random.chance(0.6) ? advanced(random.pick(known), world) : newSession(world);
    if (row === null) return [...rows.values()];
    sessions.set(row.sessionId, row);
    rows.set(row.sessionId, row);
  }
  return [...rows.values()].filter(({ userId }) => ![...erased].some((user) => mustUuidKey(user) === userId));
}

function newSession({ random, erased }: World): SessionRow | null {
  const users = USERS.filter((user) => !erased.has(user));
  if (users.length === 0) return null;
  const startedAt = TEST_NOW - random.between(0, 20) * 3_600_000;
  return sessionRow({
    sessionId: mustUuidKey(uuidv7()),
    userId: mustUuidKey(random.pick(users)),
    gameId: mustUuidKey(random.pick(GAMES)),
    deviceId: mustUuidKey(random.pick(DEVICES)),
    startedAt,
    msByDay: [random.between(0, 60_000)],
  });
}

function advanced(row: SessionRow, { random }: World): SessionRow {
  const [first = 0, ...rest] = row.msByDay;
  const msByDay = random.chance(0.2)
    ? [first, ...(rest.length === 0 ? [0] : rest), random.between(1, 5_000)]
    : [first + random.between(0, 60_000), ...rest];
  const lastBeatAt = row.lastBeatAt + 60_000;
  const ended = random.chance(0.3) ? { at: lastBeatAt, reason: 'ended' as const } : null;
  return { ...row, rev: row.rev + 1, seq: row.seq + 1, lastBeatAt, ended, msByDay };
}
