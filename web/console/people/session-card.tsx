import { useState } from 'preact/hooks';
import type { CorrectBody, PlaySession } from '../../../lib/contract/playtime.ts';
import type { AuditEntry } from '../../../lib/contract/support.ts';
import { duration, moment, number } from '../../common/locale.ts';
import { to } from '../../common/route.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { Reply } from '../activity/command-line.tsx';
import { run } from '../commands.ts';
import { AuditTable } from '../parts/audit.tsx';
import { Facts } from '../parts/facts.tsx';
import { Id } from '../parts/id.tsx';
import { Shown, useLoaded } from '../parts/loaded.tsx';
import { read } from '../parts/pages.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';
import { StateOf } from './sessions.tsx';
import { Game } from './titles.tsx';

interface SessionCardProps {
  readonly userId: string;
  readonly id: string;
  /** Null: it is not in the list that was read. */
  readonly session: PlaySession | null;
  readonly onChanged: (action: string) => void;
}

/** One session: as the history has it, as an engine holds it, and what was corrected of it. */
export function SessionCard({ userId, id, session, onChanged }: SessionCardProps) {
  const held = useLoaded(id, () => run(`session ${id}`));
  const corrections = useLoaded(id, async () => {
    const query = { user_id: userId, limit: 200 };
    const { items } = await read<{ items: readonly AuditEntry[] }>('/admin/audit', query);
    return items.filter(({ details }) => details['session_id'] === id);
  });
  const [correcting, setCorrecting] = useState(false);
  return (
    <section class="card" aria-labelledby="session">
      <div class="row spread">
        <h2 id="session" class="breaks">
          {say('session')} <span class="mono">{id}</span>
        </h2>
        <div class="row">
          <button type="button" disabled={session?.status !== 'ended'} onClick={() => setCorrecting(true)}>
            {say('correct')}
          </button>
          <a class="button" href={to('users', userId, 'sessions')}>
            {say('session_close')}
          </a>
        </div>
      </div>
      {session !== null && <Known session={session} />}
      <h3>{say('session_held')}</h3>
      <Shown of={held}>{(reply) => <Reply reply={reply} line={`session ${id}`} />}</Shown>
      <h3>{say('session_corrections')}</h3>
      <Shown of={corrections}>
        {(entries) =>
          entries.length === 0 ? (
            <p class="soft">{say('session_no_corrections')}</p>
          ) : (
            <AuditTable entries={entries} caption={say('session_corrections')} />
          )
        }
      </Shown>
      {correcting && session !== null && (
        <AskCorrection userId={userId} session={session} onChanged={onChanged} onClose={() => setCorrecting(false)} />
      )}
    </section>
  );
}

function Known({ session }: { session: PlaySession }) {
  const { started_at: started, last_heartbeat_at: last, ended_at: ended, client_session_id: own } = session;
  return (
    <Facts
      of={[
        [say('game'), <Game id={session.game_id} />],
        [say('device'), <Id id={session.device_id} />],
        [say('session_state'), <StateOf session={session} />],
        [say('started'), moment(started)],
        [say('last_beat'), moment(last)],
        [say('ended_at'), ended === null ? '–' : moment(ended)],
        [say('credited'), duration(session.credited_seconds)],
        ...(own === null ? [] : ([[say('session_own_id'), own]] as const)),
      ]}
    />
  );
}

interface AskCorrectionProps {
  readonly userId: string;
  readonly session: PlaySession;
  readonly onChanged: (action: string) => void;
  readonly onClose: () => void;
}

function AskCorrection({ userId, session, onChanged, onClose }: AskCorrectionProps) {
  const { session_id: id, credited_seconds: credited, started_at: started, ended_at: ended } = session;
  const longest = Math.max(0, Math.floor((Date.parse(ended ?? started) - Date.parse(started)) / 1_000));
  async function act(form: FormData): Promise<void> {
    const body: CorrectBody = {
      user_id: userId,
      credited_seconds: Number(form.get('seconds')),
      reason: form.get('reason') as string,
    };
    await api.call({ method: 'POST', path: `/playtime/sessions/${id}/correct`, body });
    onChanged('playtime.corrected');
  }
  return (
    <Ask title={say('correct_title')} action={say('correct')} onAct={act} onClose={onClose}>
      <p>{say('correct_words', { now: duration(credited), longest: number(longest) })}</p>
      <label class="field">
        {say('correct_seconds')}
        <input type="number" name="seconds" required min={0} step={1} defaultValue={String(credited)} />
      </label>
      <label class="field">
        {say('reason')}
        <textarea name="reason" required maxLength={500} rows={3} />
      </label>
      <p class="soft">{say('correct_written')}</p>
    </Ask>
  );
}
