import { beforeEach, expect, it } from '@jest/globals';
import { countOwner } from '../../../lib/achievements/counters.ts';
import { createRarities, RARITY_TTL_MS, type Rarities } from '../../../lib/achievements/rarity.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

let lastGame = 0x7000;

onEachDatabase('the sums of the counters', (database) => {
  let now: number;
  let rarities: Rarities;
  let gameId: string;
  beforeEach(() => {
    now = TEST_NOW;
    gameId = id((lastGame += 1), 'game');
    rarities = createRarities(database().db, { now: () => now, after: () => () => undefined });
  });

  const count = (user: number) =>
    database()
      .db.transaction()
      .execute((transaction) => countOwner(transaction, { userId: id(user, 'user'), gameId, change: 1 }));
  const owners = async () => (await rarities.of([gameId])).get(gameId)?.owners;

  it('are read again after some seconds, not before', async () => {
    expect(await owners()).toBe(0);
    await count(1);
    await count(2);
    now += RARITY_TTL_MS;
    expect(await owners()).toBe(0);
    now += 1;
    expect(await owners()).toBe(2);
  });

  it('of one game are the same for all who ask at once', async () => {
    await count(1);
    const asked = [owners(), owners()];
    await count(2);
    expect(await Promise.all([...asked, owners()])).toEqual([1, 1, 1]);
  });

  it('are asked for again after a failure', async () => {
    const broken = createRarities(database().db, { now: () => now, after: () => () => undefined });
    await expect(broken.of(['no game'])).rejects.toThrow(/uuid/);
    await expect(broken.of(['no game'])).rejects.toThrow(/uuid/);
    expect((await broken.of([gameId])).get(gameId)).toEqual({ owners: 0, unlocked: new Map() });
  });
});
