import { beforeEach, expect, it } from '@jest/globals';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import { grantGame, hasAccess, revokeGame } from '../../../lib/library/access.ts';
import { libraryItem } from '../../../lib/library/library-items.ts';
import { ownedGame, patchMarks } from '../../../lib/library/marks.ts';
import { onEachDatabase } from '../../databases.ts';
import { GAME, newPlayer, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const SERVICE: Caller = { userId: id(998, 'user'), roles: ['service'] };

onEachDatabase('access to games', (database) => {
  let player: Player;
  beforeEach(async () => {
    player = await newPlayer(database());
  });

  const change = () => ({ ...player.context, caller: SERVICE });
  const grant = (source: 'gift' | 'purchase' = 'gift') => grantGame(change(), { game_id: GAME, source });
  const revoke = () => revokeGame(change(), player.context.actor, GAME);
  const game = () => ownedGame(database().db, player.userId, GAME, player.engine.now);
  const audited = async () =>
    (
      await database()
        .db.selectFrom('library_audit_log')
        .select(['action', 'actor_id', 'game_id'])
        .where('user_id', '=', player.userId)
        .where('actor_id', '=', SERVICE.userId)
        .orderBy('entry_id')
        .execute()
    ).map(({ action }) => action);

  it('is granted once: again changes nothing and is not written down', async () => {
    const { source, acquired_at } = await grant();
    expect({ source, acquired_at }).toEqual({
      source: 'purchase',
      acquired_at: new Date(player.engine.now).toISOString(),
    });
    player.wait(1000);
    expect(await grant()).toMatchObject({ created: false, source, acquired_at });
    expect(await audited()).toEqual([]);
  });

  it('ends with its live sessions when it is revoked, and comes back with the marks and the playtime', async () => {
    const session = await player.start();
    await player.play(session, 5);
    await patchMarks(database().db, player.userId, GAME, { favorite: true, notes: 'chapter 3' }, player.engine.now);
    await revoke();
    expect(await player.context.actor.held()).toMatchObject([{ ended: { reason: 'revoked' } }]);
    expect(await hasAccess(database().db, player.userId, GAME)).toBe(false);
    await expect(game()).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
    await player.engine.flushAll();

    player.wait(1000);
    expect(await grant()).toMatchObject({
      created: true,
      source: 'gift',
      acquired_at: new Date(player.engine.now).toISOString(),
    });
    expect(await game()).toMatchObject({ favorite: true, notes: 'chapter 3', totalMs: 300_000, recentMs: 300_000 });
    expect(await audited()).toEqual(['library.revoked', 'library.granted']);
  });

  it('is revoked again without harm: what the first call left undone is finished', async () => {
    await revoke();
    await revoke();
    expect(await audited()).toEqual(['library.revoked']);
    expect(player.engine.asked.filter((kind) => kind === 'revoke')).toHaveLength(2);
  });

  it('cannot be granted to what the catalogue does not know, nor taken from who never had it', async () => {
    const unknown = id(77, 'game');
    await expect(grantGame(change(), { game_id: unknown, source: 'gift' })).rejects.toMatchObject({
      type: 'NOT_FOUND',
    });
    await expect(revokeGame(change(), player.context.actor, unknown)).rejects.toMatchObject({
      type: 'GAME_NOT_IN_LIBRARY',
    });
  });

  it('is granted once when many grant it at once', async () => {
    await revoke();
    const replies = await Promise.all(Array.from({ length: 5 }, () => grant()));
    expect(replies.filter(({ created }) => created)).toHaveLength(1);
  });

  it('lets the user mark a game, one mark at a time, and take the mark back', async () => {
    const patch = (marks: object) => patchMarks(database().db, player.userId, GAME, marks, player.engine.now);
    await patch({ hidden: true, notes: 'later' });
    expect(await patch({ favorite: true })).toMatchObject({ hidden: true, favorite: true, notes: 'later' });
    expect(await patch({ notes: null, hidden: false })).toMatchObject({ hidden: false, favorite: true, notes: null });
    await expect(
      patchMarks(database().db, player.userId, id(77, 'game'), { favorite: true }, player.engine.now),
    ).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
  });

  it('shows a game with its playtime', async () => {
    await player.offline(['a', 60, 30], ['old', 20 * 24 * 60, 20 * 24 * 60 - 10]);
    expect(libraryItem(await game())).toEqual({
      game_id: GAME,
      title: 'Game 1',
      developer: null,
      publisher: null,
      cover_url: null,
      genres: [],
      source: 'purchase',
      acquired_at: new Date(player.engine.now).toISOString(),
      hidden: false,
      favorite: false,
      notes: null,
      playtime: {
        total_seconds: 2400,
        recent_seconds: 1800,
        last_played_at: new Date(player.engine.now - 30 * 60_000).toISOString(),
      },
    });
  });
});
