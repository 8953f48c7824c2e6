import { beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reportOffline } from '../../../lib/playtime/report-offline.ts';
import { onEachDatabase } from '../../databases.ts';
import { GAME, MINUTE, newPlayer, OTHER_GAME, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const DAY = 24 * 60;

onEachDatabase('reporting offline play', (database) => {
  let player: Player;
  beforeEach(async () => {
    player = await newPlayer(database());
  });

  it('credits what was played, and tells the actor', async () => {
    expect(await player.offline(['a', 60, 30])).toEqual([
      { client_session_id: 'a', device_id: id(1, 'device'), result: 'created', credited_seconds: 1800 },
    ]);
    expect(await player.total()).toBe(30 * MINUTE);
    expect(player.engine.asked.slice(-2)).toEqual(['held', 'rebase']);
  });

  it('answers a report sent again with what the first came to, within one request too', async () => {
    await player.offline(['a', 60, 30], ['b', 50, 40]);
    expect(await player.offline(['a', 60, 30], ['b', 50, 40], ['c', 20, 10], ['c', 9, 8])).toMatchObject([
      { result: 'duplicate', credited_seconds: 1800 },
      { result: 'duplicate', credited_seconds: 0 },
      { result: 'created', credited_seconds: 600 },
      { result: 'duplicate', credited_seconds: 600 },
    ]);
    expect(await player.total()).toBe(40 * MINUTE);
  });

  it('credits a report once when it is sent twice at the same moment', async () => {
    const both = await Promise.all([player.offline(['a', 60, 30]), player.offline(['a', 60, 30])]);
    expect(
      both
        .flat()
        .map(({ result }) => result)
        .sort(),
    ).toEqual(['created', 'duplicate']);
    expect(await player.total()).toBe(30 * MINUTE);
  });

  it('trims what earlier reports and items took, down to nothing, and cuts around it', async () => {
    expect(await player.offline(['a', 60, 50], ['b', 40, 30])).toMatchObject([
      { result: 'created' },
      { result: 'created' },
    ]);
    expect(await player.offline(['c', 70, 20], ['d', 65, 25], ['e', 30, 10])).toMatchObject([
      { result: 'trimmed', credited_seconds: 30 * 60 },
      { result: 'trimmed', credited_seconds: 0 },
      { result: 'trimmed', credited_seconds: 10 * 60 },
    ]);
    expect(await player.total()).toBe(60 * MINUTE);
  });

  it('leaves the time of another game alone', async () => {
    await player.offline(['a', 60, 30]);
    expect(await player.offline(['b', 60, 30, { game_id: OTHER_GAME.toUpperCase() }])).toMatchObject([
      { result: 'created' },
    ]);
  });

  it('credits no time that an online session takes, flushed or not, live or ended', async () => {
    const session = await player.start();
    await player.play(session, 10);
    await player.engine.flushAll();
    await player.play(session, 10);
    expect(await player.offline(['live', 25, 5])).toMatchObject([{ result: 'trimmed', credited_seconds: 5 * 60 }]);
    await player.end(session);
    player.wait(30 * MINUTE);
    expect(await player.offline(['held', 50, 20])).toMatchObject([{ result: 'trimmed', credited_seconds: 10 * 60 }]);
    await player.engine.flushAll();
    player.engine.tick();
    expect(await player.offline(['gone', 60, 0])).toMatchObject([{ result: 'trimmed', credited_seconds: 25 * 60 }]);
    expect(await player.total()).toBe(60 * MINUTE);
  });

  it('credits the time in the foreground only, from the beginning', async () => {
    expect(await player.offline(['a', 60, 30, { active_seconds: 600 }], ['b', 60, 30])).toMatchObject([
      { result: 'created', credited_seconds: 600 },
      { result: 'trimmed', credited_seconds: 20 * 60 },
    ]);
  });

  it('gives each day what was played on it', async () => {
    await player.offline(['a', 20 * 60, 4 * 60]); // noon: from 16:00 yesterday until 08:00 today
    const daily = await database()
      .db.selectFrom('playtime_stats_daily')
      .select(['day', 'ms'])
      .where('user_id', '=', player.userId)
      .orderBy('day')
      .execute();
    expect(daily).toEqual([
      { day: '2026-03-14', ms: 480 * MINUTE },
      { day: '2026-03-15', ms: 480 * MINUTE },
    ]);
  });

  it('rejects what cannot be, with the reason, and forgets that it did', async () => {
    expect(
      await player.offline(
        ['future', 10, -6],
        ['backwards', 30, 40],
        ['old', 90 * DAY + 1, 90 * DAY - 10],
        ['antique', 0, 0, { started_at: '0000-01-01T00:00:00Z' }],
        ['long', DAY + 10, 9],
        ['foreign', 30, 20, { game_id: id(77, 'game') }],
      ),
    ).toMatchObject([
      { result: 'rejected', reason: 'in_the_future', credited_seconds: 0 },
      { result: 'rejected', reason: 'ends_before_start' },
      { result: 'rejected', reason: 'too_old' },
      { result: 'rejected', reason: 'too_old' },
      { result: 'rejected', reason: 'too_long' },
      { result: 'rejected', reason: 'game_not_in_library' },
    ]);
    expect(await player.offline(['future', 10, 5])).toMatchObject([{ result: 'created' }]);
  });

  it('cuts off what a clock a little ahead says of the time to come', async () => {
    expect(await player.offline(['a', 10, -4])).toMatchObject([{ result: 'trimmed', credited_seconds: 600 }]);
  });

  it('refuses a moment that does not exist, and credits nothing of the request', async () => {
    const leap = player.offline(['a', 60, 30], ['b', 20, 10, { ended_at: '2016-12-31T23:59:60Z' }]);
    await expect(leap).rejects.toMatchObject({
      type: 'VALIDATION_ERROR',
      data: { errors: [{ field: 'sessions.1.ended_at' }] },
    });
    expect(await player.total()).toBe(0);
  });

  it('says so, and stands, when the actor cannot be told', async () => {
    const untold: unknown[] = [];
    const { context } = player;
    const reply = await reportOffline(
      {
        ...context,
        actor: { ...context.actor, rebase: () => Promise.reject(new Error('gone')) },
        notTold: (error) => untold.push(error),
      },
      {
        sessions: [
          {
            client_session_id: 'a',
            device_id: id(1, 'device'),
            game_id: GAME,
            started_at: new Date(context.now - 10 * MINUTE).toISOString(),
            ended_at: new Date(context.now).toISOString(),
          },
        ],
      },
    );
    expect(reply.results).toMatchObject([{ result: 'created' }]);
    expect(untold).toEqual([new Error('gone')]);
    expect(await player.total()).toBe(10 * MINUTE);
  });

  it('never credits more than the wall clock, whatever is reported, in any order and at once', async () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100 }), fc.option(fc.nat(3000)));
    const request = fc.array(span, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async (requests) => {
        player = await newPlayer(database());
        player.wait(500 * MINUTE);
        const replies = await Promise.all(
          requests.map((spans, r) =>
            player.offline(
              ...spans.map(([from, length, active], n) => {
                const more = active === null ? {} : { active_seconds: active };
                return [`${r}-${n}`, from + length, from, more] as const;
              }),
            ),
          ),
        );
        const played = new Set(requests.flat().flatMap(([from, length]) => Array.from({ length }, (_, n) => from + n)));
        const total = await player.total();
        expect(total).toBeLessThanOrEqual(played.size * MINUTE);
        const told = replies.flat().reduce((sum, { credited_seconds }) => sum + credited_seconds, 0);
        expect(told * 1000).toBe(total);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
