/** The audit logs: of a user, and of operators. */
import type { AuditEntry } from '../../../lib/contract/support.ts';
import { moment } from '../../common/locale.ts';
import { Table } from '../../common/ui/table.tsx';
import { say } from '../words.ts';
import { Id } from './id.tsx';
import { Json } from './json.tsx';
import { read } from './pages.tsx';

/** What concerns no user stands under this one. */
export const CLUSTER_ID = '00000000-0000-0000-0000-000000000000';

export function AuditTable({ entries, caption }: { entries: readonly AuditEntry[]; caption: string }) {
  return (
    <Table
      caption={caption}
      headings={[say('audit_when'), say('audit_what'), say('audit_by'), say('audit_game'), say('audit_details')]}
    >
      {entries.map((entry) => (
        <Row key={entry.entry_id} entry={entry} />
      ))}
    </Table>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  return (
    <tr>
      <td class="figure nowrap">{moment(entry.occurred_at)}</td>
      <td>
        <code>{entry.action}</code> <Outcome entry={entry} />
      </td>
      <td>
        <Actor entry={entry} />
      </td>
      <td>{entry.game_id === null ? '' : <Id id={entry.game_id} />}</td>
      <td>
        <details>
          <summary>{gistOf(entry)}</summary>
          <Json value={entry.details} label={say('audit_details')} />
        </details>
      </td>
    </tr>
  );
}

const OUTCOMES = { begun: 'soft', done: 'good', failed: 'bad' } as const;

/** How a command of an operator went. */
function Outcome({ entry: { details } }: { entry: AuditEntry }) {
  const outcome = (Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]).find((name) => name === details['outcome']);
  return outcome === undefined ? null : <span class={`tag ${OUTCOMES[outcome]}`}>{say(`outcome_${outcome}`)}</span>;
}

function Actor({ entry: { actor_id: id, actor_roles: roles, details } }: { entry: AuditEntry }) {
  const { operator } = details;
  const who = typeof operator === 'string' ? operator : id;
  if (who === CLUSTER_ID) return <span>{say('audit_nobody', { roles: roles.join(', ') })}</span>;
  return (
    <>
      {/^[0-9a-f-]{36}$/.test(who) ? <Id id={who} /> : who} <span class="soft">{roles.join(', ')}</span>
    </>
  );
}

/** The details that say most, in a line. */
function gistOf({ details }: AuditEntry): string {
  for (const name of ['typed', 'reason', 'decision', 'keep', 'source', 'achievement_id']) {
    const value = details[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return say('audit_open');
}

/** The latest entry of a user's log that stands for what was done just now. */
export async function writtenDown(userId: string, action: string): Promise<AuditEntry | null> {
  const { items } = await read<{ items: readonly AuditEntry[] }>('/admin/audit', { user_id: userId, limit: 10 });
  return items.find((entry) => entry.action === action) ?? null;
}

/** Shown after an action: what stands in the log of it. */
export function Written({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  return (
    <section class="card written" role="status" aria-label={say('written')}>
      <div class="row spread">
        <h3>{say('written')}</h3>
        <button type="button" onClick={onClose}>
          {say('written_close')}
        </button>
      </div>
      <AuditTable entries={[entry]} caption={say('written')} />
    </section>
  );
}
