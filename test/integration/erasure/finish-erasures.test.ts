import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { ERASURE_SETTLES_MS, finishErasures } from '../../../lib/erasure/erase-user.ts';
import { isErased, rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { IDLE_ACTOR } from '../../idle-actor.ts';

onEachDatabase('finishing erasures', (database) => {
  const unfinished = async () =>
    (await database().db.selectFrom('erasures').select('user_id').where('user_id', 'is not', null).execute()).map(
      ({ user_id }) => user_id,
    );

  const erasing = (now: number) => ({ db: database().db, saves: { urlSeconds: 900 }, now });

  it('waits until what was under way has settled, and then forgets the id, but not the erasure', async () => {
    const user = uuidv7();
    await rememberErasure(database().db, user, TEST_NOW);
    const actorOf = () => IDLE_ACTOR;
    expect(await finishErasures(erasing(TEST_NOW + ERASURE_SETTLES_MS), actorOf)).toBe(0);
    expect(await unfinished()).toEqual([user]);
    expect(await finishErasures(erasing(TEST_NOW + ERASURE_SETTLES_MS + 1), actorOf)).toBe(1);
    expect(await unfinished()).toEqual([]);
    expect(await isErased(database().db, user)).toBe(true);
  });

  it('goes on with the others when the actor of one does not answer, and comes back to that one', async () => {
    const [first, second] = [uuidv7(), uuidv7()];
    for (const user of [first, second]) await rememberErasure(database().db, user, TEST_NOW);
    let away = true;
    const actorOf = (user: string) => ({
      ...IDLE_ACTOR,
      erase: () => (away && user === first ? Promise.reject(new Error('away')) : Promise.resolve()),
    });
    const later = TEST_NOW + ERASURE_SETTLES_MS + 1;
    await expect(finishErasures(erasing(later), actorOf)).rejects.toThrow('1 erasures are still unfinished');
    expect(await unfinished()).toEqual([first]);
    away = false;
    await finishErasures(erasing(later), actorOf);
    expect(await unfinished()).toEqual([]);
  });
});
