import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { listAchievements } from '../../../lib/achievements/list-achievements.ts';
import { createRarities } from '../../../lib/achievements/rarity.ts';
import { unlockAsService } from '../../../lib/achievements/unlock.ts';
import { memoryPageCache } from '../../../lib/cache/memory-page-cache.ts';
import { tieredPageCache } from '../../../lib/cache/tiered-page-cache.ts';
import { createUserPages, PAGE_TTL_MS, type UserPages } from '../../../lib/cache/user-pages.ts';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import type { AchievementPage } from '../../../lib/contract/achievements.ts';
import type { LibraryPage } from '../../../lib/contract/library.ts';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { consume } from '../../../lib/events/consume.ts';
import { reactions } from '../../../lib/events/reactions.ts';
import { grantGame } from '../../../lib/library/access.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { listLibrary } from '../../../lib/library/list-library.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import type { PageCache } from '../../../lib/ports/page-cache.ts';
import { openRedisPageCache } from '../../../lib/redis/redis-page-cache.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { achievement } from '../../achiever.ts';
import { TEST_NOW } from '../../databases.ts';
import { arrived, platformEvent } from '../../platform-events.ts';
import { id, sessionRow } from '../../playtime-rows.ts';
import { describeWithServers } from '../../servers.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';

/** New ones each time: Redis may still have the pages of the run before, of another database. */
const USERS = Array.from({ length: 3 }, () => uuidv7());
const GAMES = [1, 2].map((n) => id(0xcac00 + n, 'game'));
const DEVICE = id(1, 'device');
const SERVICE: Caller = { userId: id(0xcacff, 'user'), roles: ['service'] };
/** Each writes one thing of one game of one user, a number that only rises. */
const KINDS = ['notes', 'seconds', 'installed', 'unlocked'] as const;
/** At most 100, for a page of achievements to show all. */
const WRITES = Number(process.env['PAGES_WRITES'] ?? 25);
const READERS = 12;

type Kind = (typeof KINDS)[number];

/** A process of its own, as far as pages go: its pool, its near cache, its pages. */
interface Process {
  readonly database: Database;
  readonly pages: UserPages;
  readonly cache: PageCache;
}

function suite(address: string, openFar: (() => Promise<PageCache>) | null): void {
  const clock = { now: () => TEST_NOW, after: () => () => undefined };
  const looks = { found: 0, built: 0 };
  let fresh: FreshDatabase;
  let processes: Process[];

  beforeAll(async () => {
    fresh = await createDatabase(address, 'pages');
    processes = [await open(), await open()];
    const { database } = processes[0]!;
    await prepareDatabase(database, TEST_NOW);
    const achievements = Array.from({ length: WRITES }, (_, n) => achievement(`a${n + 1}`));
    for (const gameId of GAMES) {
      await putGame(database.db, gameId, { title: `Game ${gameId}`, achievements }, TEST_NOW);
      for (const userId of USERS) {
        const change = { db: database.db, caller: SERVICE, userId, now: TEST_NOW };
        await grantGame(change, { game_id: gameId, source: 'gift' });
      }
    }
  }, 60_000);
  afterAll(async () => {
    for (const { database, cache } of processes) {
      await cache.close();
      await database.close();
    }
    await fresh.drop();
  });

  async function open(): Promise<Process> {
    const database = await openDatabase({ dsn: fresh.dsn, poolSize: 6 });
    const near = memoryPageCache({ maxBytes: 10_000_000 });
    const cache = openFar === null ? near : tieredPageCache(near, await openFar(), PAGE_TTL_MS);
    const looked = (found: boolean): void => void (looks[found ? 'found' : 'built'] += 1);
    return { database, cache, pages: createUserPages({ executor: database.executor, cache, clock, looked }) };
  }

  /** Makes the number of this kind be `n`. */
  async function write({ database }: Process, kind: Kind, userId: string, gameId: string, n: number): Promise<unknown> {
    const { db, executor } = database;
    switch (kind) {
      case 'notes':
        return patchGame({ database, userId, now: TEST_NOW }, gameId, { notes: String(n) }, null);
      case 'seconds': {
        const session = mustUuidKey(id(USERS.indexOf(userId) * 10 + GAMES.indexOf(gameId), 'session'));
        const of = { userId: mustUuidKey(userId), gameId: mustUuidKey(gameId), sessionId: session };
        return postgresPlaytimeSink(executor).flush([sessionRow({ ...of, rev: n, msByDay: [n * 1000] })]);
      }
      case 'installed': {
        const data = { user_id: userId, game_id: gameId, device_id: DEVICE, version: String(n) };
        const ports = { db, actorOf: () => IDLE_ACTOR, erase: async () => undefined };
        return consume(db, arrived(platformEvent('download.game.installed', data)), TEST_NOW, reactions(ports));
      }
      case 'unlocked':
        return unlockAsService(
          { db, caller: SERVICE, userId, now: TEST_NOW },
          { game_id: gameId, achievement_id: `a${n}` },
        );
    }
  }

  /** The numbers that a process shows, by kind and game. */
  async function read({ database, pages }: Process, userId: string): Promise<Map<string, number>> {
    const query = { sort: 'title', order: 'asc', limit: 50 } as const;
    const build = () => listLibrary({ database, userId, now: TEST_NOW }, query);
    const { items } = JSON.parse((await pages({ userId, name: 'library.list', query, build })).json) as LibraryPage;
    return new Map(
      items.flatMap((item): (readonly [string, number])[] => [
        [`notes ${item.game_id}`, Number(item.notes)],
        [`seconds ${item.game_id}`, item.playtime.total_seconds],
        [`installed ${item.game_id}`, Number(item.installations[0]?.version ?? 0)],
        [`unlocked ${item.game_id}`, item.achievements.unlocked],
      ]),
    );
  }

  async function readAchievements({ database: { db }, pages }: Process, userId: string): Promise<Map<string, number>> {
    const query = { limit: 200 };
    const rarities = createRarities(db, clock);
    const build = () => listAchievements({ db, rarities, userId, masks: true }, query);
    const { json } = await pages({ userId, name: 'achievements.list', query, build });
    const unlocked = (JSON.parse(json) as AchievementPage).items.filter((item) => item.unlocked);
    return new Map(
      GAMES.map((gameId) => [`unlocked ${gameId}`, unlocked.filter(({ game_id }) => game_id === gameId).length]),
    );
  }

  it('shows every write that was answered, in whichever process it is read', async () => {
    const random = new SeededRandom(1);
    const answered = new Map<string, number>();
    const stale: string[] = [];
    let [writing, reads] = [true, 0];
    const writers = USERS.flatMap((userId) =>
      GAMES.flatMap((gameId) =>
        KINDS.map(async (kind) => {
          for (let n = 1; n <= WRITES; n += 1) {
            await write(random.pick(processes), kind, userId, gameId, n);
            answered.set(`${userId} ${kind} ${gameId}`, n);
          }
        }),
      ),
    );
    const reader = async (): Promise<void> => {
      while (writing) {
        const userId = random.pick(USERS);
        const from = random.pick(processes);
        const before = new Map(answered);
        const shown = await (random.chance(0.3) ? readAchievements(from, userId) : read(from, userId));
        for (const [what, n] of shown) {
          const least = before.get(`${userId} ${what}`) ?? 0;
          if (n < least) stale.push(`${userId} ${what}: ${n}, though ${least} was answered`);
        }
        reads += 1;
      }
    };
    const readers = Array.from({ length: READERS }, reader);
    await Promise.all(writers);
    writing = false;
    await Promise.all(readers);
    expect(stale).toEqual([]);
    // Otherwise nothing was shown about the cache.
    expect(reads).toBeGreaterThan(100);
    expect(looks.found).toBeGreaterThan(reads / 20);
  }, 60_000);
}

describeWithServers(['PostgreSQL'], 'pages of two processes, kept in the memory of each', ({ PostgreSQL }) => {
  suite(PostgreSQL, null);
});

describeWithServers(['PostgreSQL', 'Redis'], 'pages of two processes, kept in Redis as well', (addresses) => {
  const errors: Error[] = [];
  // A machine that is busy with other tests is no finding.
  const options = { timeoutMs: 10_000, onError: (error: Error) => void errors.push(error) };
  suite(addresses.PostgreSQL, () => openRedisPageCache(addresses.Redis, options));

  it('and Redis answered all the time', () => {
    expect(errors).toEqual([]);
  });
});
