/** What support reads of the audit logs. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { auditPage } from '../lib/audit-log.ts';
import type * as contract from '../lib/contract/support.ts';
import type { Database } from '../lib/db/database.ts';

export interface AuditDeps {
  readonly database: Pick<Database, 'db'>;
}

export function auditService({ database: { db } }: AuditDeps): ServiceSchema {
  return {
    name: 'audit',
    actions: {
      list: endpointAction<typeof contract.listAudit>(({ userId, query }) =>
        auditPage(db, { ...query, user_id: userId }),
      ),
    },
  };
}
