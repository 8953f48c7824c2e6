import { beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startSession } from '../../../lib/playtime/start-session.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { lender, userActor } from '../../../services/user-actor-calls.ts';
import { onEachDatabase } from '../../databases.ts';
import { families } from '../../family.ts';
import { MINUTE, newPlayer, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

onEachDatabase('starting a borrowed game', (database) => {
  let engine: Player['engine'];
  let family: ReturnType<typeof families>;
  let [ann, ben, bo, cy] = ['', '', '', ''];
  let game = '';
  beforeEach(async () => {
    ({ engine } = await newPlayer(database()));
    family = families(database());
    [ann, ben, bo, cy] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    [game = ''] = await family.games(1);
    await family.buy(ann, game);
    for (const member of [bo, cy]) await family.share(ann, member);
  });

  /** @param meanwhile happens between the look at who has and lends what, and the session's begin */
  const start = (userId: string, device = 1, meanwhile = async (): Promise<void> => undefined) => {
    const actor = userActor(engine, userId, Infinity);
    const begin = async (command: Parameters<typeof actor.start>[0]) => {
      await meanwhile();
      return actor.start(command);
    };
    return startSession(
      {
        db: database().db,
        userId,
        now: engine.now,
        heartbeatIntervalSeconds: 60,
        actor: { ...actor, start: begin },
        lender: (ownerId) => lender(engine, ownerId, Infinity),
      },
      { game_id: game, device_id: id(device, 'device') },
    );
  };
  const live = async (userId: string) =>
    (await userActor(engine, userId, Infinity).held()).filter(({ ended }) => ended === null);
  const end = (userId: string, sessionId: string) =>
    engine.ask(
      mustUuidKey(userId),
      { kind: 'end', sessionId: mustUuidKey(sessionId), seq: 1, activeMs: null },
      Infinity,
    );

  it("locks the owner's copy: another member is told until when it is taken, and by whom", async () => {
    expect(await start(bo)).toMatchObject({ resumed: false, ends_at: null });
    await expect(start(cy)).rejects.toMatchObject({
      type: 'COPY_IN_USE',
      data: { game_id: game, played_by: 'member', until: new Date(engine.now + 35_000).toISOString() },
    });
    expect((await userActor(engine, cy, Infinity).held()).length).toBe(0);
  });

  it('never keeps the owner waiting; and while the owner plays, nobody begins to borrow', async () => {
    await start(bo);
    expect(await start(ann)).toMatchObject({ ends_at: null });
    await expect(start(cy)).rejects.toMatchObject({ type: 'COPY_IN_USE' });
    engine.now += MINUTE;
    await expect(start(cy)).rejects.toMatchObject({ type: 'COPY_IN_USE', data: { played_by: 'owner' } });
  });

  it('tells a borrower who comes back while the owner plays when the session ends', async () => {
    const { session_id } = await start(bo);
    await start(ann);
    engine.now += 1_000;
    expect(await start(bo, 2)).toMatchObject({
      superseded_session_id: session_id,
      ends_at: new Date(engine.now - 1_000 + 5 * MINUTE).toISOString(),
    });
  });

  it('takes the copy of another owner when one is in use, the longest-standing first', async () => {
    family.now += 1_000;
    await family.buy(ben, game);
    await family.share(ben, cy);
    await start(bo);
    await start(cy);
    const [session] = await userActor(engine, cy, Infinity).held();
    expect(session?.lender).toBe(mustUuidKey(ben));
  });

  it('needs no copy of anybody once the user has bought the game', async () => {
    await start(cy);
    await family.buy(bo, game);
    expect(await start(bo)).toMatchObject({ resumed: false });
    const [session] = await userActor(engine, bo, Infinity).held();
    expect(session?.lender).toBeNull();
  });

  it('locks nothing for longer than half a minute when the start itself is refused', async () => {
    for (let n = 1; n <= 4; n += 1) {
      const [other = ''] = await family.games(1);
      await family.buy(bo, other);
      const context = { db: database().db, userId: bo, now: engine.now, heartbeatIntervalSeconds: 60 };
      const actor = userActor(engine, bo, Infinity);
      await startSession(
        { ...context, actor, lender: (ownerId) => lender(engine, ownerId, Infinity) },
        { game_id: other, device_id: id(1, 'device') },
      );
    }
    await expect(start(bo)).rejects.toMatchObject({ type: 'TOO_MANY_LIVE_SESSIONS' });
    await expect(start(cy)).rejects.toMatchObject({ type: 'COPY_IN_USE' });
    engine.now += 35_000;
    expect(await start(cy)).toMatchObject({ resumed: false });
  });

  it('begins nothing on a copy that is not lent any more by then, though somebody else lends the game', async () => {
    family.now += 1_000;
    await family.buy(ben, game);
    await family.share(ben, bo);
    const starting = start(bo, 1, () => family.exclude(ann, game));
    await expect(starting).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect(await live(bo)).toEqual([]);
    await start(bo);
    expect(await live(bo)).toMatchObject([{ lender: mustUuidKey(ben) }]);
  });

  it('begins nothing without a copy when the game, bought a moment ago, is only borrowed by then', async () => {
    await family.buy(bo, game);
    const starting = start(bo, 1, () => family.refund(bo, game));
    await expect(starting).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect(await live(bo)).toEqual([]);
    await start(bo);
    expect(await live(bo)).toMatchObject([{ lender: mustUuidKey(ann) }]);
  });

  it('ends as a session of the game that nobody lends any more', async () => {
    const { session_id } = await start(bo);
    await end(bo, session_id);
    await family.exclude(ann, game);
    await expect(start(bo)).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
  });
});
