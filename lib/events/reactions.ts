import type { Kysely, Transaction } from 'kysely';
import type { Reactions } from './consume.ts';
import type { NewEvent } from './emit.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';
import { rememberErasure } from '../erasure/erased-users.ts';
import type { ActorOf } from '../family/family-context.ts';
import { endSessionsOf, grantIn, revokeIn } from '../library/access.ts';
import { putGameIn } from '../library/catalog.ts';
import { removeInstallation, setInstalled } from '../library/installations.ts';
import { wantUnknown } from '../library/wanted-games.ts';

/** In audit logs: another service of the platform, by an event. */
export const PLATFORM: Caller = { userId: '00000000-0000-0000-0000-000000000000', roles: ['service'] };

export interface ReactionPorts {
  readonly db: Kysely<Schema>;
  readonly actorOf: ActorOf;
  /** Removes everything of the user; safe to repeat. */
  readonly erase: (userId: string) => Promise<void>;
}

/** What the library does about what happens elsewhere on the platform. */
export function reactions({ db, actorOf, erase }: ReactionPorts): Reactions {
  return {
    'payment.purchase.completed': ({ user_id, game_ids, order_id, source = 'purchase' }, _event, now) => {
      const userId = user_id.toLowerCase();
      return {
        apply: async (transaction) => {
          await wantUnknown(
            transaction,
            game_ids.map((gameId) => gameId.toLowerCase()),
            now,
          );
          return each(game_ids, async (gameId) => {
            const grant = { userId, gameId, source, by: PLATFORM, now, reference: order_id };
            return (await grantIn(transaction, grant)).events;
          });
        },
      };
    },
    'payment.refund.completed': ({ user_id, game_ids, order_id }, _event, now) => {
      const userId = user_id.toLowerCase();
      return {
        apply: (transaction) =>
          each(game_ids, async (gameId) => {
            const revocation = { userId, gameId, reason: 'refunded' as const, by: PLATFORM, now, reference: order_id };
            return (await revokeIn(transaction, revocation)).events;
          }),
        follow: () => endSessionsOf(db, actorOf, userId, game_ids),
      };
    },
    'catalog.game.updated': ({ game_id, game }, _event, now) => ({
      apply: async (transaction) => {
        await putGameIn(transaction, game_id.toLowerCase(), game, now);
        return [];
      },
    }),
    'download.game.installed': (data, _event, now) => {
      const { status = 'installed', version = null } = data;
      return { apply: (transaction) => setInstalled(transaction, { ...installation(data), status, version, now }) };
    },
    'download.game.uninstalled': (data) => ({
      apply: (transaction) => removeInstallation(transaction, installation(data)),
    }),
    'account.user.deleted': ({ user_id }, _event, now) => {
      const userId = user_id.toLowerCase();
      return {
        apply: async (transaction: Transaction<Schema>) => {
          await rememberErasure(transaction, userId, now);
          return [];
        },
        follow: () => erase(userId),
      };
    },
  };
}

/** In one order for everybody, so that two events about the same games never wait for each other. */
async function each(
  gameIds: readonly string[],
  change: (gameId: string) => Promise<readonly NewEvent[]>,
): Promise<readonly NewEvent[]> {
  const events: NewEvent[] = [];
  for (const gameId of [...new Set(gameIds.map((id) => id.toLowerCase()))].sort()) {
    events.push(...(await change(gameId)));
  }
  return events;
}

function installation(data: { readonly user_id: string; readonly game_id: string; readonly device_id: string }) {
  return {
    userId: data.user_id.toLowerCase(),
    gameId: data.game_id.toLowerCase(),
    deviceId: data.device_id.toLowerCase(),
  };
}
