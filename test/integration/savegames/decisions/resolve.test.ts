import { beforeEach, expect, it } from '@jest/globals';
import { MAX_SLOTS } from '../../../../lib/contract/savegames.ts';
import type { ResolveBody } from '../../../../lib/contract/savegame-transfers.ts';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { DAY_MS } from '../../../../lib/playtime/days.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { deleteVersion } from '../../../../lib/savegames/delete-version.ts';
import { downloadUrl } from '../../../../lib/savegames/download.ts';
import { resolveConflict } from '../../../../lib/savegames/resolve.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('a conflict of saves', (database) => {
  let saver: Saver;
  let device: Device;
  let other: Device;
  let head: number;
  let side: number;
  const mine = newContent(300);
  beforeEach(async () => {
    saver = await Saver.of(database());
    [device, other] = [saver.device(), saver.device()];
    const base = await device.save();
    head = await device.save({ base_version: base, content: newContent(200) });
    side = await other.save({ base_version: base, as: 'side', content: mine, label: 'Mine' });
    saver.now += 1000;
  });

  const caller = () => ({ userId: saver.userId, roles: ['user'] as const });
  const decision = (keep: ResolveBody['keep'], more: Partial<ResolveBody> = {}): ResolveBody => ({
    game_id: saver.gameId,
    slot: SLOT,
    side_version: side,
    keep,
    head_version: head,
    device_id: other.deviceId,
    ...more,
  });
  const decide = (keep: ResolveBody['keep'], more: Partial<ResolveBody> = {}, by = caller()) =>
    resolveConflict({ ...saver.context(), caller: by }, decision(keep, more));
  const inDays = (days: number) => new Date(saver.now + days * DAY_MS).toISOString();
  const version = async (number: number, slot = SLOT) =>
    (await saver.versions(slot)).find((row) => row.version === number);
  const lastEvent = async () => (await saver.events()).at(-1);

  it('that the other save wins makes it the head, as a new version that shares its file; the old head stays 30 days', async () => {
    const { stored } = await saver.account();
    const { slot, other_slot } = await decide('local');
    expect(other_slot).toBeNull();
    expect(slot).toMatchObject({ conflicts: [], versions: 4, stored_bytes: stored });
    expect(slot.head).toMatchObject({
      version: side + 1,
      base_version: head,
      origin: 'resolve',
      source_version: side,
      label: 'Mine',
      sha256: mine.sha256,
      device_id: other.deviceId,
      state: 'head',
      kept_until: null,
    });
    expect((await version(head))?.kept_until?.toISOString()).toBe(inDays(30));
    expect(await version(side)).toMatchObject({ settled_as: 'local', settled_at: new Date(saver.now) });
    expect(await saver.account()).toEqual({ stored, reserved: 0 });
    await saver.mustAddUp();
    expect(await lastEvent()).toEqual([
      'library.savegame.synchronized',
      {
        user_id: saver.userId,
        game_id: saver.gameId,
        slot: SLOT,
        device_id: other.deviceId,
        change: 'resolved',
        version: side + 1,
        size_bytes: 300,
      },
    ]);
  });

  it('keeps the loser also where only one version is kept', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    await decide('local');
    expect((await saver.versions()).map(({ version }) => version)).toEqual([head, side, side + 1]);
  });

  it('that the save in the cloud wins leaves the head, and keeps the loser for 30 days from then on', async () => {
    saver.now += 20 * DAY_MS;
    const events = (await saver.events()).length;
    const { slot } = await decide('cloud');
    expect(slot).toMatchObject({ head: { version: head }, conflicts: [] });
    expect((await version(side))?.kept_until?.toISOString()).toBe(inDays(30));
    expect(await saver.events()).toHaveLength(events);
    await saver.mustAddUp();
  });

  it('that both are kept gives the other save a slot of its own, the first that was never used', async () => {
    await device.save({ slot: 'slot-1-2' });
    const { slot, other_slot } = await decide('both');
    expect(slot).toMatchObject({ head: { version: head }, conflicts: [] });
    expect(other_slot).toMatchObject({
      slot: 'slot-1-3',
      versions: 1,
      stored_bytes: 300,
      head: { base_version: null, origin: 'resolve', source_version: side, sha256: mine.sha256 },
    });
    await saver.mustAddUp();
    expect((await lastEvent())?.[1]).toMatchObject({ slot: 'slot-1-3', change: 'resolved' });
  });

  it('lets the second slot be named: an unused one, or a deleted one, whose versions stay', async () => {
    const old = await device.save({ slot: 'old' });
    await saver.mustRefuse('CONFLICT', () => decide('both', { into_slot: 'old' }));
    await saver.mustRefuse('CONFLICT', () => decide('both', { into_slot: SLOT }));
    await saver.mustRefuse('VALIDATION_ERROR', () => decide('local', { into_slot: 'new' }));
    await deleteSlot(saver.context(), { game_id: saver.gameId, slot: 'old' }, { permanently: false }, null);
    const { other_slot } = await decide('both', { into_slot: 'old' });
    expect(other_slot).toMatchObject({ slot: 'old', deleted_at: null, versions: 2, head: { base_version: null } });
    expect((await version(old, 'old'))?.kept_until?.toISOString()).toBe(inDays(7));
  });

  it('is not decided about a head that moved, and the answer has what it takes to decide anew', async () => {
    const moved = await device.save({ base_version: head });
    for (const keep of ['local', 'cloud', 'both'] as const) {
      const data = await saver.mustRefuse('SAVEGAME_CONFLICT', () => decide(keep));
      expect(data).toMatchObject({
        reason: 'head_moved',
        game_id: saver.gameId,
        slot: SLOT,
        base_version: head,
        cloud: { version: moved },
        local: { version: side, state: 'conflict', sha256: mine.sha256 },
        choices: ['local', 'cloud', 'both'],
      });
    }
    await saver.mustRefuse('SAVEGAME_CONFLICT', () => decide('local', { head_version: null }));
    expect(await decide('local', { head_version: moved })).toMatchObject({ slot: { head: { base_version: moved } } });
  });

  it('that was decided stays so: the same again is answered with what there is, another decision refused', async () => {
    const first = await decide('both');
    const before = await saver.rows();
    expect(await decide('both')).toEqual(first);
    expect(await decide('both', { into_slot: 'slot-1-2' })).toEqual(first);
    expect({ ...(await saver.rows()), savegame_accounts: null }).toEqual({ ...before, savegame_accounts: null });
    expect(await saver.mustRefuse('CONFLICT', () => decide('local'))).toEqual({
      settled_as: 'both',
      into_slot: 'slot-1-2',
    });
    await saver.mustRefuse('CONFLICT', () => decide('both', { into_slot: 'slot-9' }));
    // Also when the head has moved since.
    await device.save({ base_version: head });
    expect(await decide('both')).toMatchObject({ other_slot: { slot: 'slot-1-2' } });
  });

  it('of two deciders at once has one winner', async () => {
    const outcomes = await Promise.allSettled([decide('local'), decide('cloud'), decide('both'), decide('local')]);
    const won = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { type: string }).type] : [],
    );
    // The same decision twice is one.
    expect([1, 2]).toContain(won);
    expect(new Set(refused)).toEqual(new Set(['CONFLICT']));
    await saver.mustAddUp();
  });

  it('with a slot that was deleted meanwhile: the save brings it back, or the deletion stays', async () => {
    await deleteSlot(saver.context(), { game_id: saver.gameId, slot: SLOT }, { permanently: false }, null);
    const data = await saver.mustRefuse('SAVEGAME_CONFLICT', () => decide('local'));
    expect(data).toMatchObject({ reason: 'deleted', cloud: null, choices: ['local', 'cloud'] });
    const another = await device.save({ as: 'side' });
    const stays = await decide('cloud', { head_version: null, side_version: another });
    expect(stays.slot).toMatchObject({ head: null, conflicts: [{ version: side }] });
    const { slot } = await decide('local', { head_version: null });
    expect(slot).toMatchObject({ deleted_at: null, conflicts: [], head: { base_version: null, source_version: side } });
    expect((await version(head))?.kept_until?.toISOString()).toBe(inDays(30));
    await saver.mustAddUp();
  });

  it('can be decided for what is there when the other file is lost', async () => {
    const lost = { missing_since: new Date(saver.now) };
    const { object_id } = (await version(side))!;
    await saver.db.updateTable('savegame_objects').set(lost).where('object_id', '=', object_id).execute();
    await saver.db
      .updateTable('savegame_accounts')
      .set((eb) => ({ stored_bytes: eb('stored_bytes', '-', 300) }))
      .where('user_id', '=', saver.userId)
      .execute();
    for (const keep of ['local', 'both'] as const) await saver.mustRefuse('SAVEGAME_LOST', () => decide(keep));
    expect(await decide('cloud')).toMatchObject({ slot: { head: { version: head }, conflicts: [] } });
    await saver.mustAddUp();
  });

  it('is decided by deleting the save that lost, too', async () => {
    await deleteVersion(saver.context(), { game_id: saver.gameId, slot: SLOT }, side);
    await saver.mustAddUp();
    await saver.mustRefuse('NOT_FOUND', () => decide('local'));
  });

  it('is one of a side version, in ids of any case', async () => {
    await saver.mustRefuse('NOT_FOUND', () => decide('local', { side_version: head }));
    await saver.mustRefuse('NOT_FOUND', () => decide('local', { side_version: 99 }));
    await saver.mustRefuse('NOT_FOUND', () => decide('local', { slot: 'slot-9' }));
    const upper = { game_id: saver.gameId.toUpperCase(), device_id: other.deviceId.toUpperCase() };
    expect(await decide('local', upper)).toMatchObject({
      slot: { game_id: saver.gameId, head: { origin: 'resolve' } },
    });
  });

  it('cannot make a slot too many', async () => {
    const row = { user_id: saver.userId, game_id: saver.gameId, head_version: 1, updated_at: new Date(saver.now) };
    const rows = Array.from({ length: MAX_SLOTS - 1 }, (_, n) => ({ ...row, slot: `other-${n}` }));
    await saver.db.insertInto('savegame_metadata').values(rows).execute();
    expect(await saver.mustRefuse('QUOTA_EXCEEDED', () => decide('both'))).toEqual({ limit: MAX_SLOTS });
    expect(await decide('local')).toMatchObject({ slot: { head: { origin: 'resolve' } } });
  });

  it('can be decided, and its files got, though the game left the library', async () => {
    await saver.db.deleteFrom('user_libraries').where('user_id', '=', saver.userId).execute();
    await decide('local');
    const { get } = await downloadUrl(saver.context(), { game_id: saver.gameId, slot: SLOT });
    expect(saver.store.send({ ...get, expiresAt: Date.parse(get.expires_at) }).content?.bytes).toEqual(mine.bytes);
  });

  it('is written down when support decides it', async () => {
    const support = { userId: '0198f2b4-0a00-7000-8000-00000000ad01', roles: ['support'] as const };
    const audited = () =>
      saver.db.selectFrom('library_audit_log').selectAll().where('user_id', '=', saver.userId).execute();
    await saver.mustRefuse('NOT_FOUND', () =>
      resolveConflict({ ...saver.context(), caller: support }, decision('both', { side_version: 99 })),
    );
    expect(await audited()).toEqual([]);
    await resolveConflict({ ...saver.context(), caller: support }, decision('both'));
    expect(await audited()).toMatchObject([
      {
        action: 'savegame.resolved',
        actor_id: support.userId,
        actor_roles: ['support'],
        game_id: saver.gameId,
        details: { slot: SLOT, keep: 'both', side_version: side, head_version: head, into_slot: 'slot-1-2' },
      },
    ]);
  });

  it('of an erased user is nobody’s any more', async () => {
    await rememberErasure(saver.db, saver.userId, saver.now);
    for (const keep of ['local', 'cloud', 'both'] as const) await saver.mustRefuse('USER_ERASED', () => decide(keep));
  });
});
