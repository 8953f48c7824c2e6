import type { WatchState } from '../../../lib/contract/console.ts';
import { duration, moment, number, timeOfDay } from '../../common/locale.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { say as common } from '../../common/words.ts';
import { Table } from '../../common/ui/table.tsx';
import { Facts } from '../parts/facts.tsx';
import { Id, UserLink } from '../parts/id.tsx';
import { say } from '../words.ts';
import { Game, useTitles } from './titles.tsx';
import { useTurnLog, type LoggedTurn, type TurnLog } from './turn-log.ts';
import { reasonOf } from './turn-reason.ts';
import { TurnTracks } from './turn-tracks.tsx';
import type { RoomProps } from './user.tsx';

/** A session turn by turn: what the engine holds of the user, and each command with what came of it. */
export function Turns({ userId }: RoomProps) {
  useTitles(userId);
  const log = useTurnLog(userId);
  return (
    <>
      <section class="card" aria-labelledby="actor">
        <div class="row spread">
          <h2 id="actor">{say('actor')}</h2>
          <Stream log={log} />
        </div>
        <p class="soft">{say('turns_words')}</p>
        {log.refusal !== null && (
          <p class="bad" role="alert">
            {wordsOf(log.refusal)}
          </p>
        )}
        {log.state === null ? <p class="soft">{common('loading')}</p> : <Held state={log.state} />}
      </section>
      <section class="card" aria-labelledby="turns">
        <h2 id="turns">{say('room_turns')}</h2>
        {log.lost > 0 && <p class="warn">{say('turns_lost', { count: log.lost })}</p>}
        {log.turns.length === 0 ? (
          <p class="soft">{say('turns_none')}</p>
        ) : (
          <>
            <TurnTracks turns={log.turns} />
            <TurnTable turns={log.turns} />
          </>
        )}
      </section>
    </>
  );
}

function Stream({ log: { stream, refusal } }: { log: TurnLog }) {
  const words = refusal === null ? stream : 'lost';
  const look = words === 'live' ? 'good' : words === 'lost' ? 'bad' : 'soft';
  return (
    <span class={`tag ${look}`} role="status">
      {words === 'live' ? '●' : '○'} {refusal === null ? common(words) : say('turns_refused')}
    </span>
  );
}

function Held({ state: { node, shard, epoch, sessions, loans } }: { state: WatchState }) {
  return (
    <>
      <Facts
        of={[
          [say('actor_node'), node ?? say('actor_nowhere')],
          [say('actor_shard'), shard],
          [say('actor_epoch'), epoch === null ? '–' : String(epoch)],
        ]}
      />
      {sessions.length === 0 ? (
        <p class="soft">{say('actor_none')}</p>
      ) : (
        <Table
          caption={say('actor_sessions')}
          headings={[
            say('session'),
            say('game'),
            say('last_beat'),
            [say('turn_seq'), 'number'],
            [say('credited'), 'number'],
            [say('played_in_all'), 'number'],
            say('actor_flushed'),
            say('session_state'),
          ]}
        >
          {sessions.map((session) => (
            <tr key={session.session_id}>
              <td>
                <Id id={session.session_id} />
              </td>
              <td>
                <Game id={session.game_id} />
              </td>
              <td class="nowrap">{timeOfDay(session.last_beat_at)}</td>
              <td class="number">{session.seq}</td>
              <td class="number nowrap">{duration(session.credited_ms / 1_000)}</td>
              <td class="number nowrap">{duration(session.total_ms / 1_000)}</td>
              <td>{session.rev === session.flushed_rev ? say('actor_is_flushed') : say('actor_not_flushed')}</td>
              <td>
                {session.ended === null ? (
                  <span class="tag good">● {say('session_live')}</span>
                ) : (
                  <span class="tag">{session.ended.reason}</span>
                )}
                {session.borrowed !== null && (
                  <div>
                    {say('actor_borrowed')} <UserLink id={session.borrowed.owner} />
                  </div>
                )}
                {session.ends_at !== null && (
                  <div class="warn">{say('actor_ends', { at: timeOfDay(session.ends_at) })}</div>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {loans.length > 0 && (
        <>
          <h3>{say('actor_loans')}</h3>
          <ul>
            {loans.map((loan) => (
              <li key={loan.session_id}>
                <Game id={loan.game_id} />: <UserLink id={loan.borrower} />,{' '}
                {say('actor_until', { at: moment(loan.until) })}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function TurnTable({ turns }: { turns: readonly LoggedTurn[] }) {
  return (
    <div class="scroll turn-table" tabIndex={0} role="region" aria-label={say('room_turns')}>
      <table>
        <caption class="unseen">{say('room_turns')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('turn_at')}</th>
            <th scope="col">{say('turn_command')}</th>
            <th scope="col">{say('session')}</th>
            <th scope="col" class="number">
              {say('turn_seq')}
            </th>
            <th scope="col">{say('turn_outcome')}</th>
            <th scope="col" class="number">
              {say('turn_passed')}
            </th>
            <th scope="col" class="number">
              {say('turn_added')}
            </th>
            <th scope="col" class="number">
              {say('credited')}
            </th>
            <th scope="col">{say('turn_why')}</th>
            <th scope="col" class="number">
              {say('turn_waited')}
            </th>
            <th scope="col">{say('turn_where')}</th>
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <tr key={turn.id}>
              <td class="figure nowrap">{timeOfDay(turn.at)}</td>
              <td>
                <code>{turn.command}</code>
              </td>
              <td>{turn.session_id === null ? '' : <Id id={turn.session_id} />}</td>
              <td class="number">{turn.seq ?? ''}</td>
              <td>
                <code class={turn.outcome === 'ok' ? 'good' : turn.outcome === 'ignored' ? 'warn' : 'bad'}>
                  {turn.outcome}
                </code>
              </td>
              <td class="number nowrap">{seconds(turn.passedMs)}</td>
              <td class="number nowrap">{seconds(turn.added_ms)}</td>
              <td class="number nowrap">{seconds(turn.credited_ms)}</td>
              <td class="why">{whyOf(turn)}</td>
              <td class="number nowrap">{say('ms', { value: number(turn.waited_ms) })}</td>
              <td class="nowrap">
                {turn.node} / {turn.shard}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function seconds(ms: number | null): string {
  return ms === null ? '' : say('seconds', { value: number(ms / 1_000, 1) });
}

function whyOf(turn: LoggedTurn): string {
  const reason = reasonOf(turn);
  return reason === '' ? '' : say(reason);
}
