import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../../lib/contract/support.ts';
import type { FindingState, PlayFinding } from '../../../lib/contract/findings.ts';
import { Written, writtenDown } from '../parts/audit.tsx';
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
        <div class="row spread">
          <h2 id="findings">{say('findings')}</h2>
          <div class="row">
            <select
              aria-label={say('finding_state')}
              value={state}
              onChange={(event) => setState(event.currentTarget.value as FindingState)}
            >
              {STATES.map((name) => (
                <option key={name} value={name}>
                  {say(`finding_${name}`)}
                </option>
              ))}
            </select>
            <button type="button" onClick={pages.again}>
              {say('refresh')}
            </button>
          </div>
        </div>
        <p class="soft">{say('findings_words')}</p>
        <Listed of={pages} none={say('findings_none')}>
          {(items) => <FindingList findings={items} onDecided={decided} withUser />}
        </Listed>
      </section>
    </>
  );
}
