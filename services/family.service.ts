/** Who shares games with whom. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/family.ts';
import type { Database } from '../lib/db/database.ts';
import { endMembership } from '../lib/family/end-link.ts';
import { excludeGame, exclusionsPage, includeGame } from '../lib/family/exclusions.ts';
import { familyOf } from '../lib/family/family.ts';
import { accept, closeInvitations, invite } from '../lib/family/invitations.ts';
import type { AccountDirectory } from '../lib/ports/account-directory.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface FamilyDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly accounts: AccountDirectory;
  readonly clock: Clock;
}

export function familyService({ database: { db }, engine, accounts, clock }: FamilyDeps): ServiceSchema {
  const of = ({ caller, userId, deadline }: Pick<Request, 'caller' | 'userId' | 'deadline'>) => ({
    db,
    caller,
    userId,
    now: clock.now(),
    accounts,
    deadline,
  });
  const actorOf =
    ({ deadline }: Pick<Request, 'deadline'>) =>
    (userId: string) =>
      userActor(engine, userId, deadline);
  return {
    name: 'family',
    actions: {
      get: endpointAction<typeof contract.getFamily | typeof contract.userFamily>((request) =>
        familyOf(db, request.userId, of(request)),
      ),
      invite: endpointAction<typeof contract.inviteMember>((request) => invite(of(request), request.body.member_id)),
      closeInvitation: endpointAction<typeof contract.closeInvitation>(async (request) => {
        await closeInvitations(of(request), request.params.other_id);
        return undefined;
      }),
      accept: endpointAction<typeof contract.acceptInvitation>((request) =>
        accept(of(request), request.params.owner_id),
      ),
      removeMember: endpointAction<typeof contract.removeMember>(async (request) => {
        const pair = { ownerId: request.userId, memberId: request.params.member_id };
        await endMembership(of(request), actorOf(request), pair);
        return undefined;
      }),
      leave: endpointAction<typeof contract.leaveOwner>(async (request) => {
        const pair = { ownerId: request.params.owner_id, memberId: request.userId };
        await endMembership(of(request), actorOf(request), pair);
        return undefined;
      }),
      exclusions: endpointAction<typeof contract.listExclusions>(({ userId, query }) =>
        exclusionsPage(db, userId, query),
      ),
      exclude: endpointAction<typeof contract.excludeGame>(async (request) => {
        await excludeGame(of(request), actorOf(request), request.params.game_id);
        return undefined;
      }),
      include: endpointAction<typeof contract.includeGame>(async (request) => {
        await includeGame(of(request), request.params.game_id);
        return undefined;
      }),
    },
  };
}
