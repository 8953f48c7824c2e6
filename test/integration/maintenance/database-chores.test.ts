import { expect, it } from '@jest/globals';
import { maintain } from '../../../lib/maintenance/database-chores.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { newPlayer } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const DAY = 86_400_000;

onEachDatabase('the chores of the database', (database) => {
  it('have nothing left to do after they were done', async () => {
    const soon = TEST_NOW + 31 * DAY;
    const report = await maintain(database().db, soon, { keepMonths: 24 });
    expect(report.partitionsMade).toEqual([
      'playtime_sessions_y2026m07',
      'library_audit_log_y2026m07',
      'achievement_audit_log_y2026m07',
    ]);
    expect(report.partitionsRetired).toEqual([]);
    expect(await maintain(database().db, soon, { keepMonths: 24 })).toMatchObject({ partitionsMade: [] });
  });

  it('never retire what late reports may still reach, whatever is configured', async () => {
    const report = await maintain(database().db, TEST_NOW + 31 * DAY, { keepMonths: 0 });
    expect(report.partitionsRetired).toEqual([]);
    const muchLater = await maintain(database().db, TEST_NOW + 365 * DAY, { keepMonths: 6 });
    expect(muchLater.partitionsRetired).toContain('playtime_sessions_y2026m07');
    expect(muchLater.partitionsRetired).not.toContain('playtime_sessions_y2026m09');
  });

  it('forget offline reports that could not be repeated any more', async () => {
    const player = await newPlayer(database());
    await player.offline(['a', 60, 30]);
    const after = async (days: number) =>
      (await maintain(database().db, player.engine.now + days * DAY, { keepMonths: 24 })).offlineReportsPurged;
    expect(await after(90)).toBe(0);
    expect(await after(91)).toBe(1);
  });

  it('forget which events were taken in once they cannot be delivered again, but none that is unfinished', async () => {
    const received_at = new Date(TEST_NOW);
    await database()
      .db.insertInto('inbox_events')
      .values([
        { source: '/chores', event_id: 'done', done: true, received_at },
        { source: '/chores', event_id: 'unfinished', done: false, received_at },
      ])
      .execute();
    const after = async (days: number) =>
      (await maintain(database().db, TEST_NOW + days * DAY, { keepMonths: 24 })).inboxPurged;
    expect(await after(14)).toBe(0);
    expect(await after(15)).toBe(1);
    expect(await after(15)).toBe(0);
  });

  it('forget who played on which device, and findings long decided, but none that is open', async () => {
    const at = new Date(TEST_NOW);
    const user_id = id(1, 'user');
    const finding = { user_id, subject: 's', severity: 'low', evidence: '{}', found_at: at, seen_at: at } as const;
    const { db } = database();
    await db
      .insertInto('play_devices')
      .values({ user_id, device_id: id(1, 'device'), seen_at: at })
      .execute();
    await db
      .insertInto('play_findings')
      .values([
        { ...finding, finding_id: id(1), rule: 'open' },
        { ...finding, finding_id: id(2), rule: 'decided', state: 'dismissed', decided_at: at },
      ])
      .execute();
    const after = (days: number) => maintain(db, TEST_NOW + days * DAY, { keepMonths: 6 });
    expect(await after(89)).toMatchObject({ devicesForgotten: 0, findingsForgotten: 0 });
    expect(await after(91)).toMatchObject({ devicesForgotten: 1, findingsForgotten: 0 });
    expect(await after(187)).toMatchObject({ findingsForgotten: 1 });
    expect(await db.selectFrom('play_findings').select('rule').execute()).toEqual([{ rule: 'open' }]);
  });
});
