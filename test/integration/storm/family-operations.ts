import type { Operation, World } from './operations.ts';
import { endMembership } from '../../../lib/family/end-link.ts';
import { excludeGame, includeGame } from '../../../lib/family/exclusions.ts';
import { accept, closeInvitations, invite } from '../../../lib/family/invitations.ts';
import { everybody } from '../../../lib/upstream/everybody.ts';

/** What people do to their families, on users and games that `target` draws. */
export function familyOperations(
  target: (world: World) => { readonly userId: string; readonly gameId: string },
): readonly (readonly [name: string, weight: number, operation: Operation])[] {
  const of = (world: World, userId: string) => ({
    db: world.database.db,
    userId,
    now: world.now(),
    caller: { userId, roles: ['user'] as const },
    accounts: everybody,
    deadline: Infinity,
  });
  const two = (world: World) => ({ ownerId: target(world).userId, memberId: target(world).userId });
  return [
    [
      'share',
      8,
      (world) => {
        const { ownerId, memberId } = two(world);
        return async () => {
          await invite(of(world, ownerId), memberId);
          await accept(of(world, memberId), ownerId);
        };
      },
    ],
    [
      'end of sharing',
      6,
      (world) => {
        const pair = two(world);
        const by = world.random.chance(0.5) ? pair.ownerId : pair.memberId;
        return world.random.chance(0.8)
          ? () => endMembership(of(world, by), world.actorOf, pair)
          : () => closeInvitations(of(world, pair.ownerId), pair.memberId);
      },
    ],
    [
      'exclusion',
      6,
      (world) => {
        const { userId, gameId } = target(world);
        return world.random.chance(0.5)
          ? () => excludeGame(of(world, userId), world.actorOf, gameId)
          : () => includeGame(of(world, userId), gameId);
      },
    ],
  ];
}
