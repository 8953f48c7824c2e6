import type { AuditEntry } from '../../../lib/contract/support.ts';
import { useState } from 'preact/hooks';
import { AuditTable, CLUSTER_ID } from '../parts/audit.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import { CommandLine } from './command-line.tsx';

/** What operators did, and a line to do more. */
export function Activity() {
  const [ran, setRan] = useState(0);
  return (
    <>
      <CommandLine onEnd={() => setRan(ran + 1)} />
      <Log key={ran} />
    </>
  );
}

function Log() {
  const pages = usePages<AuditEntry>('/admin/audit', { user_id: CLUSTER_ID });
  return (
    <section class="card" aria-labelledby="activity-log">
      <div class="row spread">
        <h2 id="activity-log">{say('activity_log')}</h2>
        <button type="button" onClick={pages.again}>
          {say('refresh')}
        </button>
      </div>
      <Listed of={pages} none={say('activity_none')}>
        {(entries) => <AuditTable entries={entries} caption={say('activity_log')} />}
      </Listed>
    </section>
  );
}
