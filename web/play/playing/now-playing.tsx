/** What is being played, here and on other devices, above every view. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { duration, timeOfDay } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import { to } from '../../common/route.ts';
import { ShowCall, ShowFrame } from '../calls/shown.tsx';
import { deviceName } from '../device.ts';
import { Cover } from '../library/cover.tsx';
import { titleOf } from '../library/games.ts';
import { say } from '../words.ts';
import { PlayButton, TakeOver } from './play-button.tsx';
import { startCall, type PlaySession, type PlayState } from './play-session.ts';
import { elsewhere, here, putAway, type ElsewhereSession } from './sessions.ts';
import { everyTick } from './ticking.ts';

export function NowPlaying() {
  if (here.value.length === 0 && elsewhere.value.length === 0) return null;
  return (
    <section class="now" aria-label={say('now_playing')}>
      {here.value.map((session) => (
        <Here key={session.state.value.gameId} session={session} />
      ))}
      {elsewhere.value.map((session) => (
        <Elsewhere key={session.session_id} session={session} />
      ))}
    </section>
  );
}

function Here({ session }: { session: PlaySession }) {
  const state = session.state.value;
  if (state.phase === 'ended') return <Ended session={session} />;
  return (
    <article class={`card playing ${state.phase}`} aria-label={titleOf(state.gameId)}>
      <Head gameId={state.gameId}>
        <span class={`tag ${state.phase === 'playing' ? 'good' : 'warn'}`}>
          <span aria-hidden="true">{state.phase === 'playing' ? '● ' : '❚❚ '}</span>
          {say(state.phase === 'playing' ? 'playing_here' : 'paused_here')}
        </span>
      </Head>
      <Counted session={session} />
      <Controls session={session} />
      <div class="calls">
        <ShowFrame frame={frameOf('heartbeat', state)} title={say('frame_heartbeat')} />
        <ShowFrame frame={frameOf('end', state)} title={say('frame_end')} />
        <ShowCall call={startCall(state.gameId)} title={say('call_start')} />
      </div>
    </article>
  );
}

function Head({ gameId, children }: { gameId: string; children: ComponentChildren }) {
  const title = titleOf(gameId);
  return (
    <header class="row head">
      <span class="thumb">
        <Cover id={gameId} title={title} small />
      </span>
      <div class="words">
        <h2>
          <a href={to('library', gameId)}>{title}</a>
        </h2>
        {children}
      </div>
    </header>
  );
}

/** What the service acknowledged, and beside it what this window counted since. */
function Counted({ session }: { session: PlaySession }) {
  everyTick();
  const { phase, creditedSeconds, totalSeconds, nextBeatAt, unanswered, endsAt } = session.state.value;
  const sinceMs = session.unconfirmedMs();
  const paused = session.pausedMs();
  return (
    <div class="counted">
      <p class="clock figure" role="timer" aria-label={say('played')}>
        {duration(creditedSeconds + sinceMs / 1_000)}
      </p>
      <dl class="facts">
        <Fact name={say('confirmed')} value={duration(creditedSeconds)} id="confirmed" />
        <Fact name={say('unconfirmed')} value={duration(sinceMs / 1_000)} id="unconfirmed" />
        <Fact name={say('game_total')} value={duration(totalSeconds)} id="total" />
        {paused > 0 && <Fact name={say('not_counted')} value={duration(paused / 1_000)} id="not-counted" />}
      </dl>
      {phase === 'paused' && <p class="soft">{say('paused_text')}</p>}
      {unanswered && <p class="warn">{say('unanswered')}</p>}
      {phase === 'playing' && !unanswered && nextBeatAt !== null && (
        <p class="soft">{say('next_beat', { in: duration(Math.max(0, nextBeatAt - Date.now()) / 1_000) })}</p>
      )}
      {endsAt !== null && (
        <p class="warn" role="alert">
          {say('wanted_back', { at: timeOfDay(endsAt) })}
        </p>
      )}
    </div>
  );
}

function Fact({ name, value, id }: { name: string; value: string; id: string }) {
  return (
    <div data-fact={id}>
      <dt class="soft">{name}</dt>
      <dd class="figure">{value}</dd>
    </div>
  );
}

function Controls({ session }: { session: PlaySession }) {
  const [busy, setBusy] = useState(false);
  const { phase } = session.state.value;
  async function act(what: () => Promise<void>): Promise<void> {
    setBusy(true);
    await what().catch(complain);
    setBusy(false);
  }
  return (
    <div class="row">
      {phase === 'playing' ? (
        <button type="button" disabled={busy} onClick={() => void act(session.pause)}>
          <span aria-hidden="true">❚❚</span> {say('pause')}
        </button>
      ) : (
        <button type="button" class="main" disabled={busy} onClick={() => void act(session.goOn)}>
          <span aria-hidden="true">▶</span> {say('go_on')}
        </button>
      )}
      <button type="button" disabled={busy} onClick={() => void act(session.end)}>
        <span aria-hidden="true">■</span> {say('end')}
      </button>
    </div>
  );
}

/** What came of it. */
function Ended({ session }: { session: PlaySession }) {
  const { gameId, ended, creditedSeconds, totalSeconds, startedAt } = session.state.value;
  const reason = ended?.reason ?? 'unknown';
  const taken = reason === 'superseded';
  const endedAt = ended?.at ?? null;
  const lastedSeconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000;
  return (
    <article class={`card ended ${taken ? 'taken' : ''}`} aria-label={titleOf(gameId)}>
      <Head gameId={gameId}>
        <p role="status">{say(`ended_${reason}`)}</p>
      </Head>
      <dl class="facts">
        <Fact name={say('played')} value={duration(creditedSeconds)} id="credited" />
        {lastedSeconds !== null && (
          <Fact
            name={say('not_counted')}
            value={duration(Math.max(0, lastedSeconds - creditedSeconds))}
            id="not-counted"
          />
        )}
        <Fact name={say('game_total')} value={duration(totalSeconds)} id="total" />
      </dl>
      <div class="row">
        {reason !== 'revoked' && <PlayButton gameId={gameId} />}
        <button type="button" onClick={() => putAway(session)}>
          {say('put_away')}
        </button>
      </div>
    </article>
  );
}

function Elsewhere({ session }: { session: ElsewhereSession }) {
  const [asking, setAsking] = useState(false);
  const { game_id, device_id, credited_seconds, last_heartbeat_at } = session;
  return (
    <article class="card elsewhere" aria-label={titleOf(game_id)}>
      <Head gameId={game_id}>
        <span class="tag">
          <span aria-hidden="true">◌ </span>
          {say('playing_elsewhere', { device: deviceName(device_id) })}
        </span>
      </Head>
      <div class="counted">
        <p class="clock figure" aria-label={say('played')}>
          {duration(credited_seconds)}
        </p>
        <p class="soft">{say('last_reported', { at: timeOfDay(last_heartbeat_at) })}</p>
      </div>
      <div class="row">
        <button type="button" class="main" onClick={() => setAsking(true)}>
          {say('play_here')}
        </button>
      </div>
      <div class="calls">
        <ShowCall call={startCall(game_id)} title={say('call_take_over')} />
      </div>
      {asking && <TakeOver session={session} onClose={() => setAsking(false)} />}
    </article>
  );
}

function frameOf(type: 'heartbeat' | 'end', { sessionId, seq }: PlayState) {
  return { type, ref: seq + 1, session_id: sessionId, seq: seq + 1 };
}
