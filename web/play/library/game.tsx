import { useEffect, useState } from 'preact/hooks';
import { inBackground } from '../../common/background.ts';
import { duration, moment } from '../../common/locale.ts';
import { to } from '../../common/route.ts';
import { complain } from '../../common/ui/notices.tsx';
import type { Call } from '../../common/api.ts';
import { Table } from '../../common/ui/table.tsx';
import type { LibraryItem } from '../../../lib/contract/library.ts';
import type { PlaySession, PlaySessionPage } from '../../../lib/contract/playtime.ts';
import { Achievements } from '../achievements/achievements.tsx';
import { player } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { DEVICE_ID, deviceName } from '../device.ts';
import { PlayButton } from '../playing/play-button.tsx';
import { startCall } from '../playing/play-session.ts';
import { playerSocket } from '../socket.ts';
import { say } from '../words.ts';
import { Cover } from './cover.tsx';
import { changeMarks, gameOf, marksCall, readGame } from './games.ts';

/** One game: what it is, playing it, what was achieved in it, and when it was played. */
export function Game({ gameId }: { gameId: string }) {
  useEffect(() => inBackground(readGame(gameId)), [gameId]);
  const item = gameOf(gameId);
  return (
    <>
      <p>
        <a href={to('library')}>← {say('library')}</a>
      </p>
      {item === undefined ? <p class="soft">{say('reading')}</p> : <Head item={item} />}
      <section class="card" aria-labelledby="achievements-of-game">
        <h2 id="achievements-of-game">{say('achievements')}</h2>
        <Achievements gameId={gameId} />
      </section>
      <Sessions gameId={gameId} />
    </>
  );
}

function Head({ item }: { item: LibraryItem }) {
  const { game_id, title, developer, genres, playtime, favorite, acquired_at, source } = item;
  const marks = { favorite: !favorite };
  return (
    <section class="card game-head" aria-labelledby="game-title">
      <span class="cover-link">
        <Cover id={game_id} title={title} />
      </span>
      <div class="words">
        <h2 id="game-title" class="game-title">
          {title}
        </h2>
        <p class="soft">{[developer ?? '', ...genres].filter((text) => text !== '').join(' · ')}</p>
        <dl class="facts">
          <Fact name={say('game_total')} value={duration(playtime.total_seconds)} />
          <Fact name={say('recent')} value={duration(playtime.recent_seconds)} />
          <Fact name={say('owned_since')} value={`${moment(acquired_at)} · ${say(`source_${source}`)}`} />
        </dl>
        <div class="row">
          <PlayButton gameId={game_id} />
          <button
            type="button"
            aria-pressed={favorite}
            onClick={() => void changeMarks(game_id, marks).catch(complain)}
          >
            <span aria-hidden="true">{favorite ? '★' : '☆'}</span> {say('favorite')}
          </button>
        </div>
        <div class="calls">
          <ShowCall call={startCall(game_id)} title={say('call_start')} />
          <ShowCall call={marksCall(game_id, marks)} title={say('call_favorite')} />
        </div>
      </div>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="soft">{name}</dt>
      <dd class="figure">{value}</dd>
    </div>
  );
}

const SHOWN = 10;

function sessionsCall(gameId: string): Call {
  return { method: 'GET', path: `/playtime/sessions?game_id=${gameId}&limit=${SHOWN}` };
}

function Sessions({ gameId }: { gameId: string }) {
  const [sessions, setSessions] = useState<readonly PlaySession[] | null>(null);
  useEffect(() => {
    let current = true;
    const read = (): void =>
      inBackground(
        player.call<PlaySessionPage>(sessionsCall(gameId)).then(({ items }) => current && setSessions(items)),
      );
    read();
    const stop = playerSocket.onNews(({ event, data }) => {
      if (event === 'playtime.updated' && data['game_id'] === gameId) read();
    });
    return () => {
      current = false;
      stop();
    };
  }, [gameId]);
  return (
    <section class="card" aria-labelledby="sessions-of-game">
      <h2 id="sessions-of-game">{say('sessions')}</h2>
      {sessions !== null && sessions.length === 0 && <p class="soft">{say('no_sessions')}</p>}
      {sessions !== null && sessions.length > 0 && (
        <Table
          caption={say('sessions')}
          headings={[say('session_started'), say('session_device'), [say('played'), 'number'], say('session_end')]}
        >
          {sessions.map((session) => (
            <tr key={session.session_id}>
              <td>{moment(session.started_at)}</td>
              <td>
                {session.device_id === DEVICE_ID ? say('this_device') : ''} {deviceName(session.device_id)}
              </td>
              <td class="number">{duration(session.credited_seconds)}</td>
              <td>{session.end_reason === null ? say('session_live') : say(`reason_${session.end_reason}`)}</td>
            </tr>
          ))}
        </Table>
      )}
      <ShowCall call={sessionsCall(gameId)} />
    </section>
  );
}
