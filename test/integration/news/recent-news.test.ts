import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { eraseUser } from '../../../lib/erasure/erase-user.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { emit, type NewEvent } from '../../../lib/events/emit.ts';
import { laneOf } from '../../../lib/events/lane.ts';
import { OutboxRelay, RELAY_DEFAULTS, type Carried } from '../../../lib/events/outbox-relay.ts';
import { postgresOutbox, type Outbox } from '../../../lib/events/outbox.ts';
import { forgetNews, MAX_NEWS, newsSince, RESUME_MS } from '../../../lib/news/recent.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';

const wished = (user_id: string, game_id = uuidv7()): NewEvent => ({
  type: 'library.wishlist.item.added',
  data: { user_id, game_id },
});

onEachDatabase('recent news', (database) => {
  const happen = async (...events: readonly NewEvent[]) => {
    await database()
      .db.transaction()
      .execute((transaction) => emit(transaction, TEST_NOW, events));
    return (events[0]?.data as { game_id: string }).game_id;
  };
  const outbox = (carrier = 'test') => postgresOutbox(database().executor, carrier);
  const numbersOf = async (userId: string) =>
    (await outbox().read(laneOf(userId), 0, 10_000))
      .filter(({ user_id }) => user_id === userId)
      .map(({ event_number }) => event_number);
  const carry = async (userId: string) => outbox().settle(laneOf(userId), await numbersOf(userId));
  const ask = async (userId: string, number: number | null, at = TEST_NOW) => {
    const since = number === null ? null : { number, at };
    const [answer] = await newsSince(database().executor, [[mustUuidKey(userId), since]], TEST_NOW);
    return answer!;
  };
  const gamesSince = async (userId: string, number: number) => {
    const { news } = await ask(userId, number);
    return news === 'reset' ? news : news.map(({ data }) => data['game_id']);
  };

  describe('the log', () => {
    it('has what waits for the event bus and what the bus has, in one order', async () => {
      const user = uuidv7();
      const carried = await happen(wished(user));
      await carry(user);
      const waiting = await happen(wished(user));
      expect(await gamesSince(user, 0)).toEqual([carried, waiting]);
    });

    it('tells only what came after the number asked for, and only of the user', async () => {
      const [user, other] = [uuidv7(), uuidv7()];
      await happen(wished(user));
      const { number } = await ask(user, null);
      const next = await happen(wished(user));
      await happen(wished(other));
      expect(await gamesSince(user, number)).toEqual([next]);
    });

    it('tells where a user is without telling what happened, and 0 where nothing did', async () => {
      const user = uuidv7();
      expect(await ask(user, null)).toEqual({ news: [], number: 0, more: false });
      await happen(wished(user), wished(user));
      const [, last] = await numbersOf(user);
      expect(await ask(user, null)).toEqual({ news: [], number: last, more: false });
      await carry(user);
      expect(await ask(user, null)).toEqual({ news: [], number: last, more: false });
    });

    it('says reset for a position that is older than five minutes', async () => {
      const user = uuidv7();
      await happen(wished(user));
      expect(await ask(user, 0, TEST_NOW - RESUME_MS - 1)).toMatchObject({ news: 'reset' });
      expect(await gamesSince(user, 0)).toHaveLength(1);
    });

    it('answers many users at once, in the order asked, each from where it is', async () => {
      const users = Array.from({ length: 20 }, () => uuidv7());
      const games = new Map<string, string>();
      for (const user of users) games.set(user, await happen(wished(user)));
      for (const user of users.slice(0, 10)) await carry(user);
      const questions = users.map((user, n) => {
        const since = n % 3 === 0 ? null : { number: 0, at: TEST_NOW - (n % 3 === 1 ? 0 : RESUME_MS + 1) };
        return [mustUuidKey(user), since] as const;
      });
      const answers = await newsSince(database().executor, questions, TEST_NOW);
      answers.forEach(({ news, number }, n) => {
        expect(number).toBeGreaterThan(0);
        if (n % 3 === 0) expect(news).toEqual([]);
        else if (n % 3 === 2) expect(news).toBe('reset');
        else expect(news).toMatchObject([{ number, data: { game_id: games.get(users[n]!) } }]);
      });
    });

    it('answers in parts when there is too much for one', async () => {
      const user = uuidv7();
      await happen(...Array.from({ length: MAX_NEWS + 20 }, () => wished(user)));
      const first = await ask(user, 0);
      expect(first.news).toHaveLength(MAX_NEWS);
      expect(first.more).toBe(true);
      const rest = await ask(user, first.number);
      expect(rest.news).toHaveLength(20);
      expect(rest.more).toBe(false);
    });

    it('leaves out what is only the platform’s business', async () => {
      const user = uuidv7();
      const data = { user_id: user, game_id: uuidv7(), achievement_id: 'first', value: 1, target: 2 };
      await happen({ type: 'library.achievement.progress', data });
      expect(await gamesSince(user, 0)).toEqual([]);
      expect(await carry(user)).toEqual(new Map());
      expect(await gamesSince(user, 0)).toEqual([]);
      expect(await numbersOf(user)).toEqual([]);
    });

    it('forgets what was carried ten minutes ago, and nothing that still waits', async () => {
      const user = uuidv7();
      await happen(wished(user));
      await carry(user);
      await sql`UPDATE recent_news SET carried_at = carried_at - interval '11 minutes' WHERE user_id = ${user}`.execute(
        database().db,
      );
      const kept = await happen(wished(user));
      await carry(user);
      const waiting = await happen(wished(user));
      expect(await forgetNews(database().executor)).toBe(1);
      expect(await gamesSince(user, 0)).toEqual([kept, waiting]);
    });

    it('has nothing of a user who was erased', async () => {
      const user = uuidv7();
      await happen(wished(user));
      await carry(user);
      await happen(wished(user));
      const erasing = { db: database().db, saves: { urlSeconds: 60 }, now: TEST_NOW };
      const actor = {
        erase: () => Promise.resolve(),
        held: () => Promise.resolve([]),
        revoke: () => Promise.resolve(),
      };
      await rememberErasure(erasing.db, user, TEST_NOW);
      await eraseUser(erasing, () => actor, user);
      expect(await gamesSince(user, 0)).toEqual([]);
    });
  });

  describe('what leaves the outbox', () => {
    it('is told with the number of the news before it, whether that was just carried or long ago', async () => {
      const user = uuidv7();
      await happen(wished(user), wished(user));
      const [first, second] = await numbersOf(user);
      await carry(user);
      await happen(wished(user));
      const [third] = await numbersOf(user);
      expect(await carry(user)).toEqual(new Map([[third, second]]));
      expect(first).toBeLessThan(second!);
    });

    it('is told by nobody twice: what somebody else moved meanwhile is left out', async () => {
      const user = uuidv7();
      await happen(wished(user), wished(user));
      const numbers = await numbersOf(user);
      const [one, two] = await Promise.all([
        outbox('one').settle(laneOf(user), numbers),
        outbox('two').settle(laneOf(user), numbers),
      ]);
      expect([...one.keys(), ...two.keys()].sort((a, b) => a - b)).toEqual(numbers);
    });

    it('is told once and chained, and stays in the log once, when a relay dies between the bus and the log', async () => {
      const user = uuidv7();
      const lane = laneOf(user);
      const clock = systemClock();
      const bus: string[] = [];
      const publish = (messages: readonly { readonly value: string }[]): Promise<void> => {
        bus.push(...messages.map(({ value }) => (JSON.parse(value) as { id: string }).id));
        return Promise.resolve();
      };
      const told: Carried[] = [];
      const relayOn = (outboxOfRelay: Outbox) => {
        const relay = new OutboxRelay(
          outboxOfRelay,
          { publish },
          clock,
          { ...RELAY_DEFAULTS, leaseMs: 300, random: Math.random },
          {
            carried: (events) => void told.push(...events.filter(({ user_id }) => user_id === user)),
            relayed: () => undefined,
            failed: () => undefined,
          },
        );
        relay.setLanes([lane]);
        relay.start();
        return relay;
      };
      const games = [await happen(wished(user)), await happen(wished(user))];
      const numbers = await numbersOf(user);
      let died = (): void => undefined;
      const death = new Promise<void>((resolve) => (died = resolve));
      const dying = relayOn({
        ...outbox('dying'),
        settle: () => {
          died();
          return new Promise(() => undefined); // it never comes back
        },
      });
      await death;
      void dying.stop();
      const heir = relayOn(outbox('heir'));
      while (told.length < games.length) await new Promise((resolve) => clock.after(10, () => resolve(null)));
      await heir.stop();
      expect(new Set(bus).size).toBeLessThan(bus.length);
      expect(told.map(({ event_number, before }) => [event_number, before])).toEqual([
        [numbers[0], 0],
        [numbers[1], numbers[0]],
      ]);
      expect(await gamesSince(user, 0)).toEqual(games);
    }, 20_000);
  });
});
