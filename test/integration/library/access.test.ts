import { beforeEach, expect, it } from '@jest/globals';
import type { Caller } from '../../../lib/contract/endpoint.ts';
import type { LibraryPatch } from '../../../lib/contract/library.ts';
import { grantGame, hasAccess, revokeGame } from '../../../lib/library/access.ts';
import { ownedGame } from '../../../lib/library/library-items.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { onEachDatabase } from '../../databases.ts';
import type { IfMatch } from '../../../lib/precondition.ts';
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
  const revoke = () => revokeGame(change(), player.context.actorOf, GAME);
  const game = () => ownedGame(database().executor, player.userId, GAME, player.engine.now);
  const patch = (marks: LibraryPatch, ifMatch: IfMatch = null, gameId = GAME) =>
    patchGame({ database: database(), userId: player.userId, now: player.engine.now }, gameId, marks, ifMatch);
  const events = async () =>
    (
      await database()
        .db.selectFrom('outbox_events')
        .select(['event_type', 'data'])
        .where('user_id', '=', player.userId)
        .where('event_type', 'like', 'library.game.%')
        .orderBy('event_number')
        .execute()
    )
      .filter(({ data }) => data['game_id'] === GAME)
      .map(({ event_type, data }) => [event_type, data['reason'] ?? data['changed'] ?? data['source']]);
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
    await patch({ favorite: true, notes: 'chapter 3' });
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
    expect(await game()).toMatchObject({
      favorite: true,
      notes: 'chapter 3',
      playtime: { total_seconds: 300, recent_seconds: 300 },
      version: 4,
    });
    expect(await audited()).toEqual(['library.revoked', 'library.granted']);
    expect(await events()).toEqual([
      ['library.game.added', 'purchase'],
      ['library.game.updated', ['marks']],
      ['library.game.removed', 'revoked'],
      ['library.game.added', 'gift'],
    ]);
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
    await expect(revokeGame(change(), player.context.actorOf, unknown)).rejects.toMatchObject({
      type: 'GAME_NOT_IN_LIBRARY',
    });
  });

  it('is granted once when many grant it at once', async () => {
    await revoke();
    const replies = await Promise.all(Array.from({ length: 5 }, () => grant()));
    expect(replies.filter(({ created }) => created)).toHaveLength(1);
  });

  it('lets the user mark a game, one mark at a time, and take the mark back', async () => {
    await patch({ hidden: true, notes: 'later' });
    expect(await patch({ favorite: true })).toMatchObject({ hidden: true, favorite: true, notes: 'later' });
    expect(await patch({ notes: null, hidden: false })).toMatchObject({ hidden: false, favorite: true, notes: null });
    await expect(patch({ favorite: true }, null, id(77, 'game'))).rejects.toMatchObject({
      type: 'GAME_NOT_IN_LIBRARY',
    });
    await revoke();
    await expect(patch({ favorite: true })).rejects.toMatchObject({ type: 'GAME_NOT_IN_LIBRARY' });
  });

  it('refuses a change based on another version than the one there is, and then changes nothing', async () => {
    const { version } = await patch({ notes: 'mine' });
    const before = await game();
    for (const other of [version - 1, version + 1]) {
      await expect(patch({ notes: 'yours', hidden: true }, other)).rejects.toMatchObject({
        type: 'PRECONDITION_FAILED',
      });
    }
    expect(await game()).toEqual(before);
    expect(await patch({ notes: 'yours' }, version)).toMatchObject({ notes: 'yours', version: version + 1 });
    expect(await patch({ notes: 'whatever' }, '*')).toMatchObject({ notes: 'whatever', version: version + 2 });
  });

  it('lets one of several devices win that change the same version at once', async () => {
    const { version } = await game();
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((notes) => patch({ notes }, version)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await game()).version).toBe(version + 1);
  });

  it('keeps the version, and tells nobody, when a change changes nothing', async () => {
    const { version } = await patch({ favorite: true });
    const told = (await events()).length;
    expect((await patch({ favorite: true, hidden: false, notes: null })).version).toBe(version);
    expect(await events()).toHaveLength(told);
  });

  it('shows a game with its playtime', async () => {
    await player.offline(['a', 60, 30], ['old', 20 * 24 * 60, 20 * 24 * 60 - 10]);
    expect(await game()).toEqual({
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
      status: 'not_installed',
      installations: [],
      category_ids: [],
      achievements: { unlocked: 0, total: 0 },
      shared_by: [],
      shared_with: 0,
      version: 1,
    });
  });
});
