import type { Accounts, FamilyContext } from './family-context.ts';
import { lockLink } from './family-locks.ts';
import { countLinks, dropLink, linkOf, noteLink, putLink, shownLink, type Pair } from './links.ts';
import { settleBorrowed } from './settle-borrowed.ts';
import { MAX_INVITATIONS, MAX_MEMBERS, MAX_OWNERS, type FamilyLink } from '../contract/family.ts';
import { invalid } from '../contract/validation.ts';
import { isErased } from '../erasure/erased-users.ts';
import { LibraryError } from '../errors.ts';
import { emit } from '../events/emit.ts';

/**
 * Invites somebody to borrow the user's games. Whoever was removed, or declined, may be invited again: it takes their own
 * word to come back, and open invitations are bounded on both sides, so there is no time to wait in between.
 *
 * @throws LibraryError VALIDATION_ERROR for oneself, NOT_FOUND when there is no such account, USER_ERASED,
 *   ALREADY_IN_FAMILY, FAMILY_FULL, TOO_MANY_INVITATIONS, UNAVAILABLE when Account cannot say
 */
export async function invite(
  { db, caller, userId, now, accounts, deadline }: FamilyContext & Accounts,
  member: string,
): Promise<FamilyLink> {
  const memberId = member.toLowerCase();
  if (memberId === userId) throw invalid([{ field: 'member_id', message: 'must be somebody else' }]);
  if (await isErased(db, memberId)) throw erased();
  const account = await accounts.find(memberId, deadline);
  if (account === null) throw new LibraryError('NOT_FOUND', 'There is no such user');
  const pair = { ownerId: userId, memberId };
  const state = { status: 'invited', invited_at: new Date(now), accepted_at: null, ended_at: null } as const;
  await db.transaction().execute(async (transaction) => {
    await lockLink(transaction, userId, memberId);
    if (await isErased(transaction, memberId)) throw erased();
    const link = await linkOf(transaction, pair);
    if (link !== undefined && link.status !== 'ended') {
      throw new LibraryError('ALREADY_IN_FAMILY', 'The user was invited before', { link_status: link.status });
    }
    if ((await countLinks(transaction, userId, 'lends', ['invited', 'active'])) >= MAX_MEMBERS) {
      throw full('FAMILY_FULL', 'An owner shares games with', MAX_MEMBERS);
    }
    if ((await countLinks(transaction, memberId, 'borrows', ['invited'])) >= MAX_INVITATIONS) {
      throw full('TOO_MANY_INVITATIONS', 'The invitations that wait for one user are', MAX_INVITATIONS);
    }
    await putLink(transaction, pair, state);
    await emit(transaction, now, await noteLink(transaction, { pair, link: 'invited', by: caller, now }));
  });
  return shownLink(memberId, account.displayName, state);
}

/**
 * Accepts the owner's invitation: from the commit on, the user has what the owner lends. Accepting again changes nothing.
 *
 * @throws LibraryError NOT_FOUND when there is no invitation, TOO_MANY_FAMILIES
 */
export async function accept(
  { db, caller, userId, now, accounts, deadline }: FamilyContext & Accounts,
  ownerId: string,
): Promise<FamilyLink> {
  const pair = { ownerId, memberId: userId };
  const accepted = await db.transaction().execute(async (transaction) => {
    await lockLink(transaction, ownerId, userId);
    const link = await linkOf(transaction, pair);
    if (link === undefined || link.status === 'ended' || (await isErased(transaction, ownerId))) throw noInvitation();
    if (link.status === 'active') return link;
    if ((await countLinks(transaction, userId, 'borrows', ['active'])) >= MAX_OWNERS) {
      throw full('TOO_MANY_FAMILIES', 'A user borrows from', MAX_OWNERS);
    }
    const state = { ...link, status: 'active', accepted_at: new Date(now) } as const;
    await putLink(transaction, pair, state);
    const told = await noteLink(transaction, { pair, link: 'accepted', by: caller, now });
    await emit(transaction, now, [...told, ...(await settleBorrowed(transaction, [userId], null, now))]);
    return state;
  });
  const names = await accounts.known([ownerId], deadline);
  return shownLink(ownerId, names.get(ownerId)?.displayName ?? null, accepted);
}

/**
 * Withdraws the user's invitation to the other, and declines the other's to the user, whichever is open.
 *
 * @throws LibraryError NOT_FOUND when neither is
 */
export async function closeInvitations(context: FamilyContext, otherId: string): Promise<void> {
  const { userId } = context;
  if (otherId === userId) throw noInvitation();
  const withdrawn = await closeInvitation(context, { ownerId: userId, memberId: otherId });
  const declined = await closeInvitation(context, { ownerId: otherId, memberId: userId });
  if (!withdrawn && !declined) throw noInvitation();
}

async function closeInvitation({ db, caller, now }: FamilyContext, pair: Pair): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    await lockLink(transaction, pair.ownerId, pair.memberId);
    const link = await linkOf(transaction, pair);
    if (link?.status !== 'invited') return false;
    await dropLink(transaction, pair);
    const gone: string[] = [];
    for (const userId of [pair.ownerId, pair.memberId]) if (await isErased(transaction, userId)) gone.push(userId);
    const told = await noteLink(transaction, { pair, link: 'invitation_closed', by: caller, now }, gone);
    await emit(transaction, now, told);
    return true;
  });
}

function noInvitation(): LibraryError {
  return new LibraryError('NOT_FOUND', 'There is no such invitation');
}

function erased(): LibraryError {
  return new LibraryError('USER_ERASED', 'The account was deleted');
}

function full(code: 'FAMILY_FULL' | 'TOO_MANY_FAMILIES' | 'TOO_MANY_INVITATIONS', detail: string, limit: number) {
  return new LibraryError(code, `${detail} at most ${limit}`, { limit });
}
