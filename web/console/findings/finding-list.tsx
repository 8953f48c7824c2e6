import { useState } from 'preact/hooks';
import type { FindingDecision, PlayFinding } from '../../../lib/contract/findings.ts';
import { moment } from '../../common/locale.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { complain } from '../../common/ui/notices.tsx';
import { Table } from '../../common/ui/table.tsx';
import { Id, UserLink } from '../parts/id.tsx';
import { Json } from '../parts/json.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';

interface FindingListProps {
  readonly findings: readonly PlayFinding[];
  /** @param userId whose play it is about */
  readonly onDecided: (userId: string) => Promise<void>;
  readonly withUser?: boolean;
}

const SEVERITIES = { low: 'soft', medium: 'warn', high: 'bad' } as const;

export function FindingList({ findings, onDecided, withUser = false }: FindingListProps) {
  const [asking, setAsking] = useState<PlayFinding | null>(null);
  return (
    <>
      <Table
        caption={say('findings')}
        headings={[
          say('finding_seen'),
          withUser && say('finding_user'),
          say('finding_rule'),
          say('finding_severity'),
          say('finding_subject'),
          say('finding_state'),
          say('finding_evidence'),
          say('finding_decide'),
        ]}
      >
        {findings.map((finding) => (
          <tr key={finding.finding_id}>
            <td class="figure nowrap">{moment(finding.seen_at)}</td>
            {withUser && (
              <td>
                <UserLink id={finding.user_id} />
              </td>
            )}
            <td>{say(`rule_${finding.rule}`)}</td>
            <td>
              <span class={`tag ${SEVERITIES[finding.severity]}`}>{say(`severity_${finding.severity}`)}</span>
            </td>
            <td>
              {finding.subject} {finding.game_id !== null && <Id id={finding.game_id} />}
            </td>
            <td>
              <State finding={finding} />
            </td>
            <td>
              <details>
                <summary>{say('finding_look')}</summary>
                <Json value={finding.evidence} label={say('finding_evidence')} />
              </details>
            </td>
            <td>
              <button type="button" onClick={() => setAsking(finding)}>
                {say(finding.state === 'open' ? 'finding_decide' : 'finding_decide_anew')}
                <span class="unseen"> {finding.subject}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {asking !== null && <AskDecision finding={asking} onDecided={onDecided} onClose={() => setAsking(null)} />}
    </>
  );
}

function State({ finding: { state, reason, decided_at: at, decided_by: by } }: { finding: PlayFinding }) {
  return (
    <>
      <span class="tag">{say(`finding_${state}`)}</span>
      {at !== null && <div class="soft">{moment(at)}</div>}
      {by !== null && <Id id={by} />}
      {reason !== null && <div>{reason}</div>}
    </>
  );
}

function AskDecision({
  finding,
  onDecided,
  onClose,
}: {
  finding: PlayFinding;
  onDecided: FindingListProps['onDecided'];
  onClose: () => void;
}) {
  async function act(form: FormData): Promise<void> {
    const body = {
      decision: form.get('decision') as FindingDecision['decision'],
      reason: form.get('reason') as string,
    } satisfies FindingDecision;
    await api.call({ method: 'POST', path: `/admin/findings/${finding.finding_id}/decide`, body });
    await onDecided(finding.user_id).catch(complain);
  }
  return (
    <Ask title={say('decide_title')} action={say('finding_decide')} onAct={act} onClose={onClose}>
      <p>
        {say(`rule_${finding.rule}`)}: {finding.subject}
      </p>
      <fieldset>
        <legend>{say('decide_legend')}</legend>
        {(['confirmed', 'dismissed'] as const).map((decision) => (
          <label key={decision} class="choice">
            <input type="radio" name="decision" value={decision} required />
            <span>{say(`decide_${decision}`)}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        {say('reason')}
        <textarea name="reason" required maxLength={1_000} rows={3} />
      </label>
      <p class="soft">{say('decide_words')}</p>
    </Ask>
  );
}
