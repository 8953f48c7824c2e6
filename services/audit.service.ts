/** What support reads of the audit logs, and what operators have written to them. */
import type { ServiceSchema } from 'moleculer';
import { action, endpointAction } from './action.ts';
import { operatorEntry, type OperatorNote } from './operator-audit.ts';
import { audit } from '../lib/audit.ts';
import { auditPage } from '../lib/audit-log.ts';
import type * as contract from '../lib/contract/support.ts';
import type { Caller } from '../lib/contract/endpoint.ts';
import type { Database } from '../lib/db/database.ts';
import { isErased } from '../lib/erasure/erased-users.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface AuditDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
}

export function auditService({ database: { db }, clock }: AuditDeps): ServiceSchema {
  return {
    name: 'audit',
    actions: {
      list: endpointAction<typeof contract.listAudit>(({ userId, query }) =>
        auditPage(db, { ...query, user_id: userId }),
      ),
      /** Writes down what an operator does. */
      operator: action((note: OperatorNote) => audit(db, clock.now(), operatorEntry(note))),
      /** Writes down that somebody looks on at what a user does. Of who was erased nothing is written any more. */
      watched: action(async ({ caller, userId }: { caller: Caller; userId: string }) => {
        if (await isErased(db, userId)) return;
        await audit(db, clock.now(), { action: 'user.watched', caller, userId, gameId: null, details: {} });
      }),
    },
  };
}
