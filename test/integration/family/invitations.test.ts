import { beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { MAX_INVITATIONS, MAX_MEMBERS, MAX_OWNERS } from '../../../lib/contract/family.ts';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { accept, invite } from '../../../lib/family/invitations.ts';
import { everybody } from '../../../lib/upstream/everybody.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { families, lopsidedLinks } from '../../family.ts';

onEachDatabase('invitations to a family', (database) => {
  let family: ReturnType<typeof families>;
  let owner: string;
  let member: string;
  beforeEach(() => {
    family = families(database());
    [owner, member] = [uuidv7(), uuidv7()];
  });
  const times = async (count: number, act: (other: string) => Promise<unknown>): Promise<string[]> => {
    const others = Array.from({ length: count }, () => uuidv7());
    for (const other of others) await act(other);
    return others;
  };

  it('are shown to both sides until they are answered', async () => {
    const invited_at = new Date(TEST_NOW).toISOString();
    const link = { display_name: null, status: 'invited', invited_at, accepted_at: null };
    expect(await family.invite(owner, member)).toEqual({ user_id: member, ...link });
    const limits = { members: MAX_MEMBERS, owners: MAX_OWNERS, invitations: MAX_INVITATIONS };
    const none = { members: [], owners: [], excluded_games: 0, limits };
    expect(await family.show(owner)).toEqual({ ...none, members: [{ user_id: member, ...link }] });
    expect(await family.show(member)).toEqual({ ...none, owners: [{ user_id: owner, ...link }] });
    family.now += 1000;
    const active = { ...link, status: 'active', accepted_at: new Date(family.now).toISOString() };
    expect(await family.accept(member, owner)).toEqual({ user_id: owner, ...active });
    expect(await family.show(owner)).toEqual({ ...none, members: [{ user_id: member, ...active }] });
  });

  it('are accepted once: again changes nothing', async () => {
    await family.invite(owner, member);
    const accepted = await family.accept(member, owner);
    family.now += 1000;
    expect(await family.accept(member, owner)).toEqual(accepted);
    expect(await family.events(member)).toHaveLength(2);
  });

  it('are withdrawn by the one, or declined by the other, in either direction, and may be made again', async () => {
    await family.invite(owner, member);
    await family.close(owner, member);
    await expect(family.accept(member, owner)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await family.invite(owner, member);
    await family.invite(member, owner);
    await family.close(member, owner);
    for (const user of [owner, member]) {
      expect(await family.show(user)).toMatchObject({ members: [], owners: [] });
      expect((await family.events(user)).at(-1)).toBe('family.updated invitation_closed');
    }
    await expect(family.close(member, owner)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await expect(family.close(member, member)).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('are not what ends a membership', async () => {
    await family.share(owner, member);
    await expect(family.close(owner, member)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    const stranger = uuidv7();
    await family.invite(owner, stranger);
    await expect(family.remove(owner, stranger)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await expect(family.remove(owner, owner)).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('are refused to oneself, to whoever has one, and to members', async () => {
    await expect(family.invite(owner, owner.toUpperCase())).rejects.toMatchObject({
      type: 'VALIDATION_ERROR',
      data: { errors: [{ field: 'member_id' }] },
    });
    await family.invite(owner, member);
    const again = { type: 'ALREADY_IN_FAMILY', data: { link_status: 'invited' } };
    await expect(family.invite(owner, member)).rejects.toMatchObject(again);
    await family.accept(member, owner);
    again.data.link_status = 'active';
    await expect(family.invite(owner, member)).rejects.toMatchObject(again);
  });

  it('are refused to somebody without an account, and to somebody whose account was deleted', async () => {
    const nobody = { ...everybody, find: () => Promise.resolve(null) };
    const inviting = invite({ ...family.of(owner), accounts: nobody }, member);
    await expect(inviting).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await rememberErasure(database().db, member, TEST_NOW);
    await expect(family.invite(owner, member)).rejects.toMatchObject({ type: 'USER_ERASED' });
    expect(await family.show(owner)).toMatchObject({ members: [] });
  });

  it('show names as Account tells them', async () => {
    const account = { userId: member, displayName: 'Mira' };
    const accounts = {
      find: () => Promise.resolve(account),
      known: (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, { ...account, userId: id }]))),
    };
    expect(await invite({ ...family.of(owner), accounts }, member)).toMatchObject({ display_name: 'Mira' });
    expect(await accept({ ...family.of(member), accounts }, owner)).toMatchObject({ display_name: 'Mira' });
  });

  it(`reach ${MAX_MEMBERS} members of an owner at most, open ones counted`, async () => {
    const [known = ''] = await times(MAX_MEMBERS, (other) => family.invite(owner, other));
    const full = { type: 'FAMILY_FULL', data: { limit: MAX_MEMBERS } };
    await expect(family.invite(owner, member)).rejects.toMatchObject(full);
    await family.accept(known, owner);
    await expect(family.invite(owner, member)).rejects.toMatchObject(full);
    await family.remove(owner, known);
    await family.invite(owner, member);
  });

  it(`let a member borrow from ${MAX_OWNERS} owners at most`, async () => {
    const [known = ''] = await times(MAX_OWNERS, (other) => family.share(other, member));
    await family.invite(owner, member);
    const full = { type: 'TOO_MANY_FAMILIES', data: { limit: MAX_OWNERS } };
    await expect(family.accept(member, owner)).rejects.toMatchObject(full);
    await family.leave(member, known);
    await family.accept(member, owner);
  });

  it(`wait for one user's answer ${MAX_INVITATIONS} at a time at most`, async () => {
    const [known = ''] = await times(MAX_INVITATIONS, (other) => family.invite(other, member));
    const full = { type: 'TOO_MANY_INVITATIONS', data: { limit: MAX_INVITATIONS } };
    await expect(family.invite(owner, member)).rejects.toMatchObject(full);
    await family.close(member, known);
    await family.invite(owner, member);
  });

  it('keep every bound when many come at once', async () => {
    const invited = await Promise.allSettled(
      Array.from({ length: MAX_MEMBERS * 3 }, () => family.invite(owner, uuidv7())),
    );
    expect(invited.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_MEMBERS);
    const owners = await times(MAX_OWNERS * 2, (other) => family.invite(other, member));
    const accepted = await Promise.allSettled(owners.map((other) => family.accept(member, other)));
    expect(accepted.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_OWNERS);
    expect(await lopsidedLinks(database())).toEqual([]);
  });
});
