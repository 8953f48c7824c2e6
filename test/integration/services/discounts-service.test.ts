import { afterEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ServiceBroker } from 'moleculer';
import type { Clock } from '../../../lib/ports/clock.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { discountsService } from '../../../services/discounts.service.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { eur, eventsOf, newGame, wishFor } from '../../wisher.ts';

/** A clock whose timers the test runs. */
function handClock() {
  let waiting: { ms: number; callback: () => void }[] = [];
  let scheduled = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => TEST_NOW + 1000,
    after(ms, callback) {
      const timer = { ms, callback };
      waiting.push(timer);
      scheduled.resolve();
      return () => (waiting = waiting.filter((other) => other !== timer));
    },
  };
  return {
    clock,
    /** Waits until the service waits; returns for how long, ms. */
    async idle(): Promise<number[]> {
      await scheduled.promise;
      return waiting.map(({ ms }) => ms);
    },
    fire(): void {
      scheduled = Promise.withResolvers<void>();
      waiting.splice(0).forEach(({ callback }) => callback());
    },
    waiting: () => waiting.length,
  };
}

onEachDatabase('the discounts service', (database) => {
  let broker: ServiceBroker;
  afterEach(() => broker.stop());

  it('tells wishers soon after a price fell, waits while there is nothing to tell, and ends with its node', async () => {
    const hand = handClock();
    const game = await newGame(database());
    const user = await wishFor(database(), game);
    broker = new ServiceBroker({ logger: false });
    broker.createService(discountsService({ database: database(), clock: hand.clock, pollMs: 1234 }));
    await broker.start();
    expect(await hand.idle()).toEqual([1234]);
    await putGame(database().db, game, { title: 'x', prices: [eur(1000)] }, TEST_NOW + 1000);
    hand.fire();
    expect(await hand.idle()).toEqual([1234]);
    expect(await eventsOf(database(), user, 'library.wishlist.item.discounted')).toHaveLength(1);
    await broker.stop();
    expect(hand.waiting()).toBe(0);
  });

  it('goes on after a failure', async () => {
    const hand = handClock();
    const game = await newGame(database());
    const user = await wishFor(database(), game);
    await putGame(database().db, game, { title: 'x', prices: [eur(1000)] }, TEST_NOW + 1000);
    await sql`ALTER TABLE wishlist_notices RENAME TO away`.execute(database().db);
    broker = new ServiceBroker({ logger: false });
    broker.createService(discountsService({ database: database(), clock: hand.clock, pollMs: 1234 }));
    await broker.start();
    expect(await hand.idle()).toEqual([10_000]);
    await sql`ALTER TABLE away RENAME TO wishlist_notices`.execute(database().db);
    hand.fire();
    expect(await hand.idle()).toEqual([1234]);
    expect(await eventsOf(database(), user, 'library.wishlist.item.discounted')).toHaveLength(1);
  });
});
