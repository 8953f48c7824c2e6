import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { TEST_NOW } from '../../databases.ts';
import { id, sessionRow, sums } from '../../playtime-rows.ts';
import { describeWithServer } from '../../servers.ts';

const USERS = 20;
const WRITERS = 8;
const ROUNDS = 15;

describeWithServer('PostgreSQL', 'rival flushes of the same users', (address) => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    fresh = await createDatabase(address, 'deadlock');
    database = await openDatabase({ dsn: fresh.dsn, poolSize: WRITERS });
    await prepareDatabase(database, TEST_NOW);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  it('wait for each other, and never in a circle, whatever the order of their rows', async () => {
    const sink = postgresPlaytimeSink(database.executor);
    const writer = async (n: number): Promise<void> => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const rows = Array.from({ length: USERS * 2 }, (_, k) =>
          sessionRow({
            userId: mustUuidKey(id((k % USERS) + 1, 'user')),
            gameId: mustUuidKey(id(1 + (k % 3), 'game')),
            // Half of the sessions are this writer's own, the other half everybody's.
            sessionId: mustUuidKey(id(k < USERS ? k : 1000 * (n + 1) + k)),
            rev: round,
            msByDay: [round * 1000],
          }),
        );
        await sink.flush(n % 2 === 0 ? rows : rows.toReversed());
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, n) => writer(n)));
    for (let user = 1; user <= USERS; user += 1) {
      const found = await sums(database, id(user, 'user'));
      const total = Object.values(found['totals']!).reduce((sum, ms) => sum + ms, 0);
      expect(total).toBe(ROUNDS * 1000 * (1 + WRITERS));
      for (const place of ['sessions', 'daily', 'monthly']) expect(found[place]).toEqual(found['totals']);
    }
  }, 60_000);
});
