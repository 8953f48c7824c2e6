/** What support sees of implausible play, and decides. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { decideFinding, findingsPage, userFindingsPage } from '../lib/anticheat/findings.ts';
import type * as contract from '../lib/contract/findings.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface FindingsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
}

export function findingsService({ database: { db }, clock }: FindingsDeps): ServiceSchema {
  return {
    name: 'findings',
    actions: {
      list: endpointAction<typeof contract.listFindings>(({ query }) => findingsPage(db, query)),
      ofUser: endpointAction<typeof contract.listUserFindings>(({ userId, query }) =>
        userFindingsPage(db, userId, query),
      ),
      decide: endpointAction<typeof contract.decideFinding>(({ caller, params, body }) =>
        decideFinding(db, caller, params.finding_id, body, clock.now()),
      ),
    },
  };
}
