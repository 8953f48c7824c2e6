import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { emit, type NewEvent } from '../../../lib/events/emit.ts';
import { laneOf } from '../../../lib/events/lane.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';

const wished = (user_id: string, game_id = uuidv7()): Extract<NewEvent, { type: 'library.wishlist.item.added' }> => ({
  type: 'library.wishlist.item.added',
  data: { user_id, game_id },
});

onEachDatabase('emitting events', (database) => {
  const run = (events: readonly NewEvent[]) =>
    database()
      .db.transaction()
      .execute((transaction) => emit(transaction, TEST_NOW, events));
  const outboxOf = (userId: string) =>
    database()
      .db.selectFrom('outbox_events')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('event_number')
      .execute();
  const revisionOf = async (userId: string) =>
    (
      await database()
        .db.selectFrom('user_revisions')
        .select('revision')
        .where('user_id', '=', userId)
        .executeTakeFirst()
    )?.revision;

  describe('in a transaction', () => {
    it('writes the events down in their order, each under an id of its own, in the lane of their user', async () => {
      const user = uuidv7();
      const events = [wished(user), wished(user), wished(user)];
      await run(events);
      const rows = await outboxOf(user);
      expect(rows.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
      expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(3);
      expect(rows.map(({ lane }) => lane)).toEqual([laneOf(user), laneOf(user), laneOf(user)]);
    });

    it("raises the user's revision once, whatever happened", async () => {
      const user = uuidv7();
      await run([wished(user), wished(user)]);
      await run([wished(user)]);
      expect(await revisionOf(user)).toBe(2);
    });

    it('leaves nothing behind when the transaction fails', async () => {
      const user = uuidv7();
      const failing = database()
        .db.transaction()
        .execute(async (transaction) => {
          await emit(transaction, TEST_NOW, [wished(user)]);
          throw new Error('after all not');
        });
      await expect(failing).rejects.toThrow('after all not');
      expect(await outboxOf(user)).toEqual([]);
      expect(await revisionOf(user)).toBeUndefined();
    });

    it('refuses what concerns a user that was erased, and undoes the change', async () => {
      const [erased, other] = [uuidv7(), uuidv7()];
      await rememberErasure(database().db, erased, TEST_NOW);
      await expect(run([wished(other), wished(erased)])).rejects.toMatchObject({ type: 'USER_ERASED' });
      expect(await outboxOf(other)).toEqual([]);
    });

    it("numbers a user's events in the order of the commits, however many transactions meet", async () => {
      const users = [uuidv7(), uuidv7()].sort();
      const committed = new Map(users.map((user) => [user, [] as string[]]));
      await Promise.all(
        Array.from({ length: 60 }, async (_, n) => {
          const both = n % 3 === 0 ? users : [users[n % 2] ?? ''];
          const events = both.map((user) => wished(user));
          await database()
            .db.transaction()
            .execute(async (transaction) => {
              await emit(transaction, TEST_NOW, n % 2 === 0 ? events : [...events].reverse());
              // The revision is ours until the commit: whoever is next in this order commits next.
              for (const { data } of events) committed.get(data.user_id)?.push(data.game_id);
            });
        }),
      );
      for (const user of users) {
        const rows = await outboxOf(user);
        expect(rows.map(({ data }) => data['game_id'])).toEqual(committed.get(user));
      }
    });
  });
});
