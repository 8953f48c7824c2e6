import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, GameId, nullable, page, pagination, text, timestamp, UserId, uuid } from './fields.ts';
import { Title } from './library.ts';

/** Members that an owner shares games with, at most; open invitations count. */
export const MAX_MEMBERS = 5;
/** Owners that a member borrows from, at most. */
export const MAX_OWNERS = 5;
/** Invitations that wait for a user's answer, at most. */
export const MAX_INVITATIONS = 20;

const OtherId = (description: string) => uuid(description, '0198f2b4-0a00-7000-8000-00000000d3b0');

export const FamilyLink = closed(
  {
    user_id: OtherId('The other side'),
    display_name: nullable(text('As the account has it; null when it is not known', 200, { example: 'Mira' })),
    status: choice(['invited', 'active'], 'active: the invitation was accepted, and games are shared'),
    invited_at: timestamp('When the owner invited'),
    accepted_at: nullable(timestamp('When the member accepted')),
  },
  { title: 'FamilyLink' },
);
export type FamilyLink = Static<typeof FamilyLink>;

const most = (description: string, examples: number[]) => Type.Integer({ minimum: 0, description, examples });

export const Family = closed(
  {
    members: Type.Array(FamilyLink, { description: 'Whom the user shares games with, and whom the user invited' }),
    owners: Type.Array(FamilyLink, { description: 'Who shares games with the user, and who invited the user' }),
    excluded_games: most('Games that the user does not share', [1]),
    limits: closed(
      {
        members: most('Members and open invitations of an owner, at most', [MAX_MEMBERS]),
        owners: most('Owners that a user borrows from, at most', [MAX_OWNERS]),
        invitations: most('Invitations that wait for the answer of one user, at most', [MAX_INVITATIONS]),
      },
      { title: 'FamilyLimits' },
    ),
  },
  { title: 'Family' },
);
export type Family = Static<typeof Family>;

export const InvitationBody = closed({ member_id: OtherId('Whom to invite') }, { title: 'Invitation' });

export const ExcludedGame = closed(
  {
    game_id: GameId,
    title: nullable(Title),
    excluded_at: timestamp('Since when it is not shared'),
  },
  { title: 'ExcludedGame' },
);
export const ExcludedGamePage = page(ExcludedGame, 'ExcludedGamePage');
export type ExcludedGamePage = Static<typeof ExcludedGamePage>;
export const ExclusionsQuery = closed(pagination);
export type ExclusionsQuery = Static<typeof ExclusionsQuery>;

const tag = 'Family';
const own = { user: 'own', admin: 'own' } as const;
const ofMember = closed({ member_id: OtherId('The member') });
const ofOwner = closed({ owner_id: OtherId('The owner of the games') });
const ofGame = closed({ game_id: GameId });

export const getFamily = {
  id: 'getFamily',
  method: 'GET',
  path: '/family',
  tag,
  summary: 'Whom the user shares games with, and who shares games with the user',
  access: own,
  status: 200,
  response: Family,
  errors: [],
  action: 'family.get',
} as const satisfies Endpoint;

export const inviteMember = {
  id: 'inviteFamilyMember',
  method: 'POST',
  path: '/family/invitations',
  tag,
  summary: 'Invite somebody to play the games of the user',
  description:
    'Bought games and gifts are shared, but those that are excluded; what the user borrows is not. Each copy is played by ' +
    'one person at a time. Nothing is shared before the invitation is accepted.',
  access: own,
  body: InvitationBody,
  status: 201,
  response: FamilyLink,
  errors: ['NOT_FOUND', 'USER_ERASED', 'ALREADY_IN_FAMILY', 'FAMILY_FULL', 'TOO_MANY_INVITATIONS'],
  action: 'family.invite',
  quota: 'invitations',
} as const satisfies Endpoint;

export const closeInvitation = {
  id: 'closeFamilyInvitation',
  method: 'DELETE',
  path: '/family/invitations/{other_id}',
  tag,
  summary: 'Withdraw an invitation, or decline one',
  description: 'Open invitations between the two are gone, in either direction.',
  access: own,
  params: closed({ other_id: OtherId('Who was invited, or who invited') }),
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'family.closeInvitation',
} as const satisfies Endpoint;

export const acceptInvitation = {
  id: 'acceptFamilyInvitation',
  method: 'POST',
  path: '/family/invitations/{owner_id}/accept',
  tag,
  summary: 'Accept an invitation',
  description: "The owner's games come into the library, source `family`. Accepting again changes nothing.",
  access: own,
  params: ofOwner,
  status: 200,
  response: FamilyLink,
  errors: ['NOT_FOUND', 'TOO_MANY_FAMILIES'],
  action: 'family.accept',
} as const satisfies Endpoint;

export const removeMember = {
  id: 'removeFamilyMember',
  method: 'DELETE',
  path: '/family/members/{member_id}',
  tag,
  summary: 'Share games with a member no longer',
  description:
    "What nobody else lends leaves the member's library, and its live sessions end. Playtime, saves and marks stay the " +
    "member's.",
  access: own,
  params: ofMember,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'family.removeMember',
} as const satisfies Endpoint;

export const leaveOwner = {
  id: 'leaveFamilyOwner',
  method: 'DELETE',
  path: '/family/owners/{owner_id}',
  tag,
  summary: 'Borrow from an owner no longer',
  description: 'As when the owner removes the user.',
  access: own,
  params: ofOwner,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'family.leave',
} as const satisfies Endpoint;

export const listExclusions = {
  id: 'listFamilyExclusions',
  method: 'GET',
  path: '/family/exclusions',
  tag,
  summary: 'Games that the user does not share',
  access: own,
  query: ExclusionsQuery,
  status: 200,
  response: ExcludedGamePage,
  errors: [],
  action: 'family.exclusions',
} as const satisfies Endpoint;

export const excludeGame = {
  id: 'excludeFamilyGame',
  method: 'PUT',
  path: '/family/exclusions/{game_id}',
  tag,
  summary: 'Do not share a game',
  description:
    "It leaves the members' libraries unless somebody else lends it, and their live sessions end. A game may be excluded " +
    'before it is bought. Excluding again changes nothing.',
  access: own,
  params: ofGame,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'family.exclude',
} as const satisfies Endpoint;

export const includeGame = {
  id: 'includeFamilyGame',
  method: 'DELETE',
  path: '/family/exclusions/{game_id}',
  tag,
  summary: 'Share a game again',
  access: own,
  params: ofGame,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'family.include',
} as const satisfies Endpoint;

export const userFamily = {
  id: 'getUserFamily',
  method: 'GET',
  path: '/admin/users/{user_id}/family',
  tag: 'Support and services',
  summary: 'Whom a user shares games with, and who shares games with the user',
  access: { support: 'any', admin: 'any', service: 'any' },
  params: closed({ user_id: UserId }),
  status: 200,
  response: Family,
  errors: [],
  action: 'family.get',
} as const satisfies Endpoint;

export const FAMILY_ENDPOINTS: readonly Endpoint[] = [
  getFamily,
  inviteMember,
  closeInvitation,
  acceptInvitation,
  removeMember,
  leaveOwner,
  listExclusions,
  excludeGame,
  includeGame,
  userFamily,
];
