import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { TEST_NOW } from './databases.ts';
import { IDLE_ACTOR } from './idle-actor.ts';
import type { Caller } from '../lib/contract/endpoint.ts';
import type { Database } from '../lib/db/database.ts';
import { endMembership } from '../lib/family/end-link.ts';
import { excludeGame, includeGame } from '../lib/family/exclusions.ts';
import type { ActorOf } from '../lib/family/family-context.ts';
import { familyOf } from '../lib/family/family.ts';
import { accept, closeInvitations, invite } from '../lib/family/invitations.ts';
import { grantGame, revokeGame } from '../lib/library/access.ts';
import { putGame } from '../lib/library/catalog.ts';
import { libraryItems } from '../lib/library/library-items.ts';
import { everybody } from '../lib/upstream/everybody.ts';

export const SERVICE: Caller = { userId: '00000000-0000-0000-0000-00000000000f', roles: ['service'] };

/** What people do with their games, as they ask for it: everything at one moment, unless the test moves `now`. */
export function families(database: Database) {
  const { db, executor } = database;
  const actors = { actorOf: (() => IDLE_ACTOR) as ActorOf };
  const of = (userId: string) => ({
    db,
    userId,
    now: family.now,
    caller: { userId, roles: ['user'] as const },
    accounts: everybody,
    deadline: Infinity,
  });
  const service = (userId: string) => ({ ...of(userId), caller: SERVICE });
  const actorOf: ActorOf = (userId) => actors.actorOf(userId);
  const family = {
    now: TEST_NOW,
    /** Whose sessions end how; a test may put its own. */
    actors,
    of,
    /** Games that the catalogue knows, and nobody has yet. */
    async games(count: number): Promise<string[]> {
      const ids = Array.from({ length: count }, () => uuidv7());
      for (const [n, gameId] of ids.entries()) await putGame(db, gameId, { title: `Game ${n}` }, family.now);
      return ids;
    },
    buy: (userId: string, gameId: string, source: 'purchase' | 'gift' | 'subscription' = 'purchase') =>
      grantGame(service(userId), { game_id: gameId, source }),
    refund: (userId: string, gameId: string) => revokeGame(service(userId), actorOf, gameId),
    invite: (ownerId: string, memberId: string) => invite(of(ownerId), memberId),
    accept: (memberId: string, ownerId: string) => accept(of(memberId), ownerId),
    close: (userId: string, otherId: string) => closeInvitations(of(userId), otherId),
    remove: (ownerId: string, memberId: string) => endMembership(of(ownerId), actorOf, { ownerId, memberId }),
    leave: (memberId: string, ownerId: string) => endMembership(of(memberId), actorOf, { ownerId, memberId }),
    exclude: (ownerId: string, gameId: string) => excludeGame(of(ownerId), actorOf, gameId),
    include: (ownerId: string, gameId: string) => includeGame(of(ownerId), gameId),
    show: (userId: string) => familyOf(db, userId, { accounts: everybody, deadline: Infinity }),
    /** Makes the two a family. */
    async share(ownerId: string, memberId: string): Promise<void> {
      await family.invite(ownerId, memberId);
      await family.accept(memberId, ownerId);
    },
    /** What the user has of these games: the source, and who lends it. */
    async library(userId: string, gameIds: readonly string[]) {
      const items = await libraryItems(executor, userId, gameIds, family.now);
      return Object.fromEntries(
        items.map(({ game_id, source, shared_by, shared_with }) => [
          gameIds.indexOf(game_id),
          source === 'family' ? shared_by.map(({ user_id }) => user_id) : `${source}, shared with ${shared_with}`,
        ]),
      );
    },
    /** The user's events of games and families, in their order. */
    async events(userId: string): Promise<string[]> {
      const rows = await db
        .selectFrom('outbox_events')
        .select(['event_type', 'data'])
        .where('user_id', '=', userId)
        .orderBy('event_number')
        .execute();
      return rows
        .filter(({ event_type }) => event_type.startsWith('library.game') || event_type.startsWith('library.family'))
        .map(({ event_type, data }) =>
          [
            event_type.slice('library.'.length),
            data['link'] ?? data['source'] ?? data['reason'] ?? data['changed'],
          ].join(' '),
        );
    },
  };
  return family;
}

/** Rows of borrowed games that are not as the links, the exclusions and the owners' libraries have it; none when all is well. */
export async function wronglyBorrowed({ db }: Database): Promise<readonly unknown[]> {
  const { rows } = await sql`
    WITH lent AS (
      SELECT link.user_id, owned.game_id, owned.user_id AS owner_id
      FROM family_sharing_links link JOIN user_libraries owned ON owned.user_id = link.other_id
      WHERE link.role = 'borrows' AND link.status = 'active'
        AND owned.revoked_at IS NULL AND owned.source IN ('purchase', 'gift')
    ), due AS (
      SELECT user_id, game_id FROM lent
      WHERE (owner_id, game_id) NOT IN (SELECT user_id, game_id FROM family_exclusions)
      EXCEPT SELECT user_id, game_id FROM user_libraries WHERE revoked_at IS NULL AND source <> 'family'
    ), borrowed AS (
      SELECT user_id, game_id FROM user_libraries WHERE revoked_at IS NULL AND source = 'family'
    )
    (SELECT 'missing' AS what, * FROM due EXCEPT SELECT 'missing', * FROM borrowed)
    UNION ALL (SELECT 'too many', * FROM borrowed EXCEPT SELECT 'too many', * FROM due)`.execute(db);
  return rows;
}

/** Links that only one side has, or each side differently. */
export async function lopsidedLinks({ db }: Database): Promise<readonly unknown[]> {
  const { rows } = await sql`
    SELECT a.user_id, a.role, a.other_id FROM family_sharing_links a
    LEFT JOIN family_sharing_links b ON b.user_id = a.other_id AND b.other_id = a.user_id AND b.role <> a.role
    WHERE (a.status, a.invited_at, a.accepted_at) IS DISTINCT FROM (b.status, b.invited_at, b.accepted_at)`.execute(db);
  return rows;
}
