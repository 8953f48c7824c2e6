import { useState } from 'preact/hooks';
import type { AuditEntry, AuditQuery } from '../../../lib/contract/support.ts';
import { AuditTable } from '../parts/audit.tsx';
import { ChosenHead } from '../parts/chosen-head.tsx';
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
      <ChosenHead
        id="user-audit"
        title={say('room_audit')}
        label={say('audit_log')}
        names={LOGS}
        name={log}
        wordsOf={(one) => say(`audit_of_${one}`)}
        onChoose={setLog}
        onRefresh={pages.again}
      />
      <Listed of={pages} none={say('audit_none')}>
        {(entries) => <AuditTable entries={entries} caption={say('room_audit')} />}
      </Listed>
    </section>
  );
}
