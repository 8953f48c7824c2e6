import { useState } from 'preact/hooks';
import type { AuditEntry, AuditQuery } from '../../../lib/contract/support.ts';
import { AuditTable } from '../parts/audit.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import type { RoomProps } from './user.tsx';

const LOGS = ['library', 'achievements'] as const satisfies readonly AuditQuery['log'][];

/** Who changed what of the user's data. */
export function UserAudit({ userId }: RoomProps) {
  const [log, setLog] = useState<AuditQuery['log']>('library');
  const pages = usePages<AuditEntry>('/admin/audit', { user_id: userId, log });
  return (
    <section class="card" aria-labelledby="user-audit">
      <div class="row spread">
        <h2 id="user-audit">{say('room_audit')}</h2>
        <div class="row">
          <select
            aria-label={say('audit_log')}
            value={log}
            onChange={(event) => setLog(event.currentTarget.value as AuditQuery['log'])}
          >
            {LOGS.map((name) => (
              <option key={name} value={name}>
                {say(`audit_of_${name}`)}
              </option>
            ))}
          </select>
          <button type="button" onClick={pages.again}>
            {say('refresh')}
          </button>
        </div>
      </div>
      <Listed of={pages} none={say('audit_none')}>
        {(entries) => <AuditTable entries={entries} caption={say('room_audit')} />}
      </Listed>
    </section>
  );
}
