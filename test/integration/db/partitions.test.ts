import { expect, it } from '@jest/globals';
import { ensurePartitions, PARTITIONED, partitionsOf, retirePartitions } from '../../../lib/db/partitions.ts';
import { postgresPlaytimeSink } from '../../../lib/playtime/postgres-playtime-sink.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { onEachDatabase } from '../../databases.ts';
import { id, sessionRow, sums } from '../../playtime-rows.ts';

const [SESSIONS] = PARTITIONED;
const MAY_2031 = Date.UTC(2031, 4, 31, 23);

onEachDatabase('the monthly partitions', (database) => {
  const rowsIn = async (table: string): Promise<number | undefined> =>
    (await database().executor.query<{ count: number }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count;

  it('are made ahead, and as far back as late reports reach, once, and take over the rows that came before them', async () => {
    const row = sessionRow({ userId: mustUuidKey(id(1, 'user')), startedAt: MAY_2031, msByDay: [1_000] });
    await postgresPlaytimeSink(database().executor).flush([row]);
    expect(await rowsIn('playtime_sessions_default')).toBe(1);

    const made = await ensurePartitions(database().db, MAY_2031, 3);
    expect(made.filter((name) => name.startsWith('playtime'))).toEqual([
      'playtime_sessions_y2031m02',
      'playtime_sessions_y2031m03',
      'playtime_sessions_y2031m04',
      'playtime_sessions_y2031m05',
      'playtime_sessions_y2031m06',
      'playtime_sessions_y2031m07',
      'playtime_sessions_y2031m08',
    ]);
    expect(await ensurePartitions(database().db, MAY_2031, 3)).toEqual([]);
    expect(await rowsIn('playtime_sessions_default')).toBe(0);
    expect(await rowsIn('playtime_sessions_y2031m05')).toBe(1);
  });

  it('go on as one table: a row that moved is updated in its new place', async () => {
    const userId = id(2, 'user');
    const row = sessionRow({ userId: mustUuidKey(userId), startedAt: MAY_2031, msByDay: [1_000] });
    const sink = postgresPlaytimeSink(database().executor);
    await sink.flush([row]);
    await sink.flush([{ ...row, rev: 2, msByDay: [5_000, 1_000] }]);
    expect((await sums(database(), userId))['totals']).toEqual({ [id(1, 'game')]: 6_000 });
  });

  it('are retired when all of their month is older than what is kept, and totals stay', async () => {
    await ensurePartitions(database().db, MAY_2031, 3);
    const later = Date.UTC(2031, 7, 1);
    expect(await retirePartitions(database().db, SESSIONS, later, 2)).toEqual(
      expect.arrayContaining(['playtime_sessions_y2031m05']),
    );
    expect(await partitionsOf(database().db, SESSIONS)).toEqual([
      'playtime_sessions_y2031m06',
      'playtime_sessions_y2031m07',
      'playtime_sessions_y2031m08',
    ]);
    expect((await sums(database(), id(2, 'user')))['totals']).toEqual({ [id(1, 'game')]: 6_000 });
  });
});
