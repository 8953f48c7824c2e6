import { beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { countDue, countOpen, decideFinding, findingsPage, userFindingsPage } from '../../../lib/anticheat/findings.ts';
import { reviewDue } from '../../../lib/anticheat/review.ts';
import { queueReviews, REVIEW_DELAY_MS, ReviewMarks } from '../../../lib/anticheat/reviews.ts';
import { readHistories } from '../../../lib/anticheat/read-histories.ts';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import { compileCheck } from '../../../lib/contract/validation.ts';
import { PlayFinding } from '../../../lib/contract/findings.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { achievement, newAchiever } from '../../achiever.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { GAME, newPlayer } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const HOUR = 3_600_000;
const DUE = TEST_NOW + REVIEW_DELAY_MS;
const SUPPORT: Caller = { userId: id(990, 'user'), roles: ['support'] };
const isFinding = compileCheck(PlayFinding);

onEachDatabase('the review of play', (database) => {
  const db = () => database().db;
  const never = (error: unknown): never => {
    throw error;
  };
  const review = (now = DUE) => reviewDue(db(), now, 1_000, never);
  const ofUser = async (userId: string) => (await userFindingsPage(db(), userId, { limit: 50 })).items;

  beforeEach(async () => {
    await sql`TRUNCATE play_reviews, play_findings, play_devices`.execute(db());
  });

  /** 21 hours on one day, some weeks of which nothing else is known. */
  async function longDay(userId: string, hours = 21): Promise<void> {
    const day = new Date(TEST_NOW - 36 * HOUR).toISOString().slice(0, 10);
    await sql`
      INSERT INTO playtime_stats_daily (user_id, day, game_id, ms) VALUES (${userId}, ${day}, ${GAME}, ${hours * HOUR})
      ON CONFLICT (user_id, day, game_id) DO UPDATE SET ms = excluded.ms`.execute(db());
  }

  async function reviewed(userId: string, now = TEST_NOW) {
    await queueReviews(db(), [userId], now);
    return review(now + REVIEW_DELAY_MS);
  }

  it('comes some minutes after the play, once for all that happened meanwhile', async () => {
    const { userId } = await newPlayer(database());
    await longDay(userId);
    await queueReviews(db(), [userId], TEST_NOW);
    await queueReviews(db(), [userId], TEST_NOW + 60_000);
    expect(await review(DUE - 1)).toEqual({ users: 0, found: {}, more: false });
    expect(await countDue(db(), DUE)).toBe(1);
    expect(await review()).toEqual({ users: 1, found: { long_day: 1 }, more: false });
    expect(await countDue(db(), DUE)).toBe(0);
    const [finding] = await ofUser(userId);
    expect(isFinding(finding)).toBeNull();
    expect(finding).toMatchObject({ rule: 'long_day', severity: 'medium', state: 'open', user_id: userId });
    expect(await countOpen(db())).toEqual(new Map([['long_day', 1]]));
  });

  it('sees the same thing once, and tells when it was seen anew', async () => {
    const { userId } = await newPlayer(database());
    await longDay(userId);
    await reviewed(userId);
    expect((await reviewed(userId, TEST_NOW + HOUR)).found).toEqual({});
    expect((await ofUser(userId))[0]).toMatchObject({ seen_at: new Date(DUE).toISOString() });
    await longDay(userId, 22);
    expect((await reviewed(userId, TEST_NOW + 2 * HOUR)).found).toEqual({});
    expect(await ofUser(userId)).toMatchObject([
      {
        found_at: new Date(DUE).toISOString(),
        seen_at: new Date(DUE + 2 * HOUR).toISOString(),
        evidence: { credited_seconds: 79_200 },
      },
    ]);
  });

  it('leaves a dismissed finding dismissed until it becomes worse', async () => {
    const { userId } = await newPlayer(database());
    await longDay(userId);
    await reviewed(userId);
    const [found] = await ofUser(userId);
    const dismissed = { decision: 'dismissed', reason: 'a marathon for charity' } as const;
    const decided = await decideFinding(db(), SUPPORT, found?.finding_id ?? '', dismissed, DUE);
    expect(isFinding(decided)).toBeNull();
    expect(decided).toMatchObject({ state: 'dismissed', decided_by: SUPPORT.userId, reason: dismissed.reason });
    await longDay(userId, 23);
    await reviewed(userId, TEST_NOW + HOUR);
    expect(await ofUser(userId)).toMatchObject([{ state: 'dismissed', evidence: { credited_seconds: 82_800 } }]);
    await longDay(userId, 25);
    await reviewed(userId, TEST_NOW + 2 * HOUR);
    expect(await ofUser(userId)).toMatchObject([{ state: 'open', severity: 'high' }]);
  });

  it('writes every decision to the audit log of the user', async () => {
    const { userId } = await newPlayer(database());
    await longDay(userId);
    await reviewed(userId);
    const [found] = await ofUser(userId);
    const finding_id = found?.finding_id ?? '';
    await decideFinding(db(), SUPPORT, finding_id, { decision: 'confirmed', reason: 'a bot' }, DUE);
    const { rows } = await sql`
      SELECT action, actor_id, details FROM library_audit_log
      WHERE user_id = ${userId} AND action = 'finding.decided'`.execute(db());
    expect(rows).toEqual([
      {
        action: 'finding.decided',
        actor_id: SUPPORT.userId,
        details: { finding_id, rule: 'long_day', subject: found?.subject, decision: 'confirmed', reason: 'a bot' },
      },
    ]);
    await expect(
      decideFinding(db(), SUPPORT, id(1), { decision: 'confirmed', reason: 'x' }, DUE),
    ).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('lists what is open in pages, by rule if asked, and refuses foreign cursors', async () => {
    const users: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { userId } = await newPlayer(database());
      users.push(userId);
      await longDay(userId);
      await reviewed(userId, TEST_NOW + n * 1_000);
    }
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await findingsPage(db(), { state: 'open', limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ user_id }) => user_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(users.toReversed());
    expect((await findingsPage(db(), { state: 'open', rule: 'clockwork', limit: 9 })).items).toEqual([]);
    expect((await findingsPage(db(), { state: 'confirmed', limit: 9 })).items).toEqual([]);
    await expect(findingsPage(db(), { state: 'open', limit: 9, cursor: 'abc' })).rejects.toMatchObject({
      type: 'VALIDATION_ERROR',
    });
  });

  it('sees what launchers report: sessions with their devices, achievements with their pace, refusals', async () => {
    const bounded = achievement('kills', { target: 100, progress: 'max', max_change_per_minute: 5 });
    const achiever = await newAchiever(database(), [achievement('first'), bounded]);
    const { player, userId, gameId } = achiever;
    const session = await player.start(gameId);
    await player.play(session, 2);
    await achiever.unlock('first');
    await expect(achiever.progress('kills', { value: 50 })).rejects.toMatchObject({ name: 'LibraryError' });
    await player.end(session);
    await player.engine.flushAll();
    await reviewed(userId);
    const now = DUE;
    const known = (await readHistories(db(), [userId], now)).get(userId);
    expect(known).toMatchObject({
      sessions: [{ sessionId: session, gameId, creditedMs: 120_000, offline: false, beats: 3 }],
      days: [{ day: '2026-03-15', gameId, ms: 120_000 }],
      unlocks: [{ achievementId: 'first', authority: 'client', shortestMinutes: null, playedMs: 120_000 }],
      devices: [{ deviceId: id(1, 'device'), users: 1 }],
    });
    expect(known?.refusals).toMatchObject([{ day: '2026-03-15', count: 1 }]);
  });

  it('finds a device that many users were seen on', async () => {
    const device = id(77, 'device');
    for (let n = 0; n < 10; n += 1) {
      const player = await newPlayer(database());
      const session = await player.start(GAME, device);
      await player.play(session, 1);
      await player.end(session);
      await player.engine.flushAll();
      await reviewed(player.userId, TEST_NOW + n * 1_000);
      expect((await ofUser(player.userId)).map(({ rule }) => rule)).toEqual(n < 9 ? [] : ['shared_device']);
    }
  });

  it('goes on with the others when one cannot be looked at, and comes back to that one in an hour', async () => {
    const [first, second] = [await newPlayer(database()), await newPlayer(database())];
    await longDay(second.userId);
    await sql`
      INSERT INTO playtime_stats_daily (user_id, day, game_id, ms)
      VALUES (${first.userId}, '2026-03-14', ${GAME}, ${30 * HOUR})`.execute(db());
    await sql`
      ALTER TABLE play_findings ADD CONSTRAINT broken CHECK (user_id <> ${sql.lit(first.userId)}::uuid)`.execute(db());
    try {
      await queueReviews(db(), [first.userId, second.userId], TEST_NOW);
      const failures: unknown[] = [];
      const report = await reviewDue(db(), DUE, 1_000, (error) => failures.push(error));
      expect(report.found).toEqual({ long_day: 1 });
      expect(failures).toHaveLength(1);
      expect(await countDue(db(), DUE)).toBe(0);
      expect(await countDue(db(), DUE + HOUR)).toBe(1);
    } finally {
      await sql`ALTER TABLE play_findings DROP CONSTRAINT broken`.execute(db());
    }
    await review(DUE + HOUR);
    expect(await ofUser(first.userId)).toHaveLength(1);
  });

  it('writes nothing of users who are being erased', async () => {
    const [before, after] = [await newPlayer(database()), await newPlayer(database())];
    await longDay(before.userId);
    await rememberErasure(db(), before.userId, TEST_NOW);
    await reviewed(before.userId);
    await longDay(after.userId);
    await queueReviews(db(), [after.userId], TEST_NOW);
    await rememberErasure(db(), after.userId, TEST_NOW);
    await review();
    expect([...(await ofUser(before.userId)), ...(await ofUser(after.userId))]).toEqual([]);
  });

  it('is of those whom events tell of, also when the database was away for a while', async () => {
    const { userId } = await newPlayer(database());
    const other = id(1, 'user');
    const marks = new ReviewMarks();
    marks.gather([
      { user_id: userId, event_type: 'library.playtime.session.ended' },
      { user_id: other, event_type: 'library.game.added' },
    ]);
    await expect(marks.write(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await marks.write((users) => queueReviews(db(), users, TEST_NOW));
    const { rows } = await sql`SELECT user_id FROM play_reviews`.execute(db());
    expect(rows).toEqual([{ user_id: userId }]);
    await marks.write(() => Promise.reject(new Error('nobody is left to write down')));
  });
});
