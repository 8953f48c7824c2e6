import type { PlaySession } from '../../../lib/contract/playtime.ts';
import { duration, moment } from '../../common/locale.ts';
import { to } from '../../common/route.ts';
import { Table } from '../../common/ui/table.tsx';
import { Id } from '../parts/id.tsx';
import { Listed, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import { SessionCard } from './session-card.tsx';
import { Game, useTitles } from './titles.tsx';
import type { RoomProps } from './user.tsx';

/** What a user plays, and played. */
export function Sessions({ userId, onChanged, steps: [opened] }: RoomProps) {
  useTitles(userId);
  const live = usePages<PlaySession>(`/admin/users/${userId}/playtime/live`);
  const past = usePages<PlaySession>(`/admin/users/${userId}/playtime/sessions`);
  const known = [...(live.value ?? []), ...(past.value ?? [])].find(({ session_id: id }) => id === opened);
  return (
    <>
      {opened !== undefined && (
        <SessionCard key={opened} userId={userId} id={opened} session={known ?? null} onChanged={onChanged} />
      )}
      <section class="card" aria-labelledby="live-sessions">
        <div class="row spread">
          <h2 id="live-sessions">{say('live_now')}</h2>
          <div class="row">
            <a href={to('users', userId, 'turns')}>{say('watch_turns')}</a>
            <button type="button" onClick={() => (live.again(), past.again())}>
              {say('refresh')}
            </button>
          </div>
        </div>
        <Listed of={live} none={say('live_none')}>
          {(items) => <SessionTable userId={userId} sessions={items} caption={say('live_now')} opened={opened} />}
        </Listed>
      </section>
      <section class="card" aria-labelledby="past-sessions">
        <h2 id="past-sessions">{say('past')}</h2>
        <Listed of={past} none={say('past_none')}>
          {(items) => <SessionTable userId={userId} sessions={items} caption={say('past')} opened={opened} />}
        </Listed>
      </section>
    </>
  );
}

interface SessionTableProps {
  readonly userId: string;
  readonly sessions: readonly PlaySession[];
  readonly caption: string;
  readonly opened: string | undefined;
}

function SessionTable({ userId, sessions, caption, opened }: SessionTableProps) {
  return (
    <Table
      caption={caption}
      headings={[
        say('session'),
        say('game'),
        say('device'),
        say('started'),
        say('ended_at'),
        [say('credited'), 'number'],
        say('session_state'),
      ]}
    >
      {sessions.map((session) => (
        <tr key={session.session_id} aria-current={session.session_id === opened ? 'true' : undefined}>
          <td>
            <a class="mono" href={to('users', userId, 'sessions', session.session_id)} title={session.session_id}>
              {say('session_open', { id: session.session_id.slice(-8) })}
            </a>
          </td>
          <td>
            <Game id={session.game_id} />
          </td>
          <td>
            <Id id={session.device_id} />
          </td>
          <td class="nowrap">{moment(session.started_at)}</td>
          <td class="nowrap">{session.ended_at === null ? '' : moment(session.ended_at)}</td>
          <td class="number nowrap">{duration(session.credited_seconds)}</td>
          <td>
            <StateOf session={session} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function StateOf({ session }: { session: PlaySession }) {
  const { status, end_reason: reason, source, corrected } = session;
  return (
    <span class="row">
      {status === 'live' ? (
        <span class="tag good">● {say('session_live')}</span>
      ) : (
        <span class="tag">{reason === null ? say('session_ended') : say(`end_${reason}`)}</span>
      )}
      {source === 'offline' && <span class="tag">{say('session_offline')}</span>}
      {corrected && <span class="tag warn">{say('session_corrected')}</span>}
    </span>
  );
}
