import { InvalidArgumentError, program } from 'commander';
import { sql } from 'kysely';
import { slotOf, STAT_SLOTS } from '../lib/achievements/slots.ts';
import { readRarities } from '../lib/achievements/rarity.ts';
import { unlockAsService } from '../lib/achievements/unlock.ts';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { putGame } from '../lib/library/catalog.ts';
import { createDatabase, obtainPostgres } from '../scripts/servers/postgres.ts';

const options = program
  .name('npm run bench:unlocks --')
  .description(
    'Unlocks a second when all users unlock the same achievement at once, the worst case of its counter: with users in ' +
      `all ${STAT_SLOTS} slots as they are, and with users of one slot only, which is what a single counter would do.`,
  )
  .option('--users <n>', 'users of each round', positive, 4_000)
  .option('--writers <n>', 'unlocks under way at once', positive, 48)
  .option('--rounds <n>', 'rounds of each kind', positive, 3)
  .parse()
  .opts<{ users: number; writers: number; rounds: number }>();

const ACHIEVEMENT = 'everybody';
const CALLER = { userId: '00000000-0000-7000-8000-00000000ffff', roles: ['service'] as const };

const server = await obtainPostgres();
if (server === null) {
  process.stderr.write('bench:unlocks needs PostgreSQL: set POSTGRES_DSN or install its binaries\n');
  process.exit(1);
}
try {
  process.stdout.write(
    `PostgreSQL ${server.version} (${server.kind}), fsync as it is configured; ${options.users} users, ${options.writers} at once\n`,
  );
  const fresh = await createDatabase(server.address, 'bench');
  const database = await openDatabase({ dsn: fresh.dsn, poolSize: options.writers });
  try {
    await prepareDatabase(database, Date.now());
    const rates: Record<'spread' | 'one slot', number[]> = { spread: [], 'one slot': [] };
    for (let round = 0; round < options.rounds; round += 1) {
      rates.spread.push(await measure(database, round * 2, (n) => n));
      rates['one slot'].push(await measure(database, round * 2 + 1, (n) => n * 256));
    }
    for (const [kind, found] of Object.entries(rates)) {
      const sorted = found.sort((a, b) => a - b);
      process.stdout.write(`${kind.padEnd(9)} ${sorted.map((rate) => rate.toFixed(0)).join(', ')} unlocks/s\n`);
    }
  } finally {
    await database.close();
    await fresh.drop();
  }
} finally {
  await server.stop();
}

/** One game, owned by users with these numbers; each unlocks the same achievement once. */
async function measure(database: Database, round: number, numberOf: (n: number) => number): Promise<number> {
  const { db } = database;
  const gameId = uuid('b', round);
  const users = Array.from({ length: options.users }, (_, n) => uuid('a', numberOf(n)));
  const definition = { achievement_id: ACHIEVEMENT, title: 'Everybody', description: '', hidden: false, target: 1 };
  await putGame(db, gameId, { title: 'Launch day', achievements: [definition] }, Date.now());
  await sql`
    INSERT INTO user_libraries (user_id, game_id, source, acquired_at, updated_at)
    SELECT user_id, ${gameId}, 'purchase', now(), now() FROM unnest(${users}::uuid[]) AS u (user_id)`.execute(db);

  const startedAt = performance.now();
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let n = next++; n < users.length; n = next++) {
      const context = { db, caller: CALLER, userId: users[n] ?? '', now: Date.now() };
      await unlockAsService(context, { game_id: gameId, achievement_id: ACHIEVEMENT });
    }
  };
  await Promise.all(Array.from({ length: options.writers }, writer));
  const seconds = (performance.now() - startedAt) / 1000;

  const counted = (await readRarities(db, [gameId])).get(gameId)?.unlocked.get(ACHIEVEMENT);
  if (counted !== users.length) throw new Error(`counted ${counted} of ${users.length}`);
  const slots = new Set(users.map(slotOf)).size;
  process.stdout.write(`  ${slots} slots: ${(users.length / seconds).toFixed(0)}/s, all counted\n`);
  return users.length / seconds;
}

function uuid(family: string, n: number): string {
  return `00000000-0000-7000-8000-${family}${n.toString(16).padStart(11, '0')}`;
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number above 0');
}
