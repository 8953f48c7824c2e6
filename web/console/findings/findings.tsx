import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../../lib/contract/support.ts';
import type { FindingState, PlayFinding } from '../../../lib/contract/findings.ts';
import { Written, writtenDown } from '../parts/audit.tsx';
import { ChosenHead } from '../parts/chosen-head.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import { FindingList } from './finding-list.tsx';

const STATES = ['open', 'confirmed', 'dismissed'] as const satisfies readonly FindingState[];

/** Implausible play that somebody should look at. */
export function Findings() {
  const [state, setState] = useState<FindingState>('open');
  const pages = usePages<PlayFinding>('/admin/findings', { state });
  const [written, setWritten] = useState<AuditEntry | null>(null);
  async function decided(userId: string): Promise<void> {
    pages.again();
    setWritten(await writtenDown(userId, 'finding.decided'));
  }
  return (
    <>
      {written !== null && <Written entry={written} onClose={() => setWritten(null)} />}
      <section class="card" aria-labelledby="findings">
        <ChosenHead
          id="findings"
          title={say('findings')}
          label={say('finding_state')}
          names={STATES}
          name={state}
          wordsOf={(one) => say(`finding_${one}`)}
          onChoose={setState}
          onRefresh={pages.again}
        />
        <p class="soft">{say('findings_words')}</p>
        <Listed of={pages} none={say('findings_none')}>
          {(items) => <FindingList findings={items} onDecided={decided} withUser />}
        </Listed>
      </section>
    </>
  );
}
