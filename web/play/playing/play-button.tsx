import { useState } from 'preact/hooks';
import { duration, timeOfDay } from '../../common/locale.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { complain, notify } from '../../common/ui/notices.tsx';
import { deviceName } from '../device.ts';
import { titleOf } from '../library/games.ts';
import { say } from '../words.ts';
import { elsewhereOf, hereOf, play, readLive, type ElsewhereSession } from './sessions.ts';

/** Plays a game here. When it is played on another device, the player decides whether that one shall end. */
export function PlayButton({ gameId }: { gameId: string }) {
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<ElsewhereSession | null>(null);
  const title = titleOf(gameId);

  async function start(): Promise<void> {
    setBusy(true);
    try {
      // What another device began a moment ago may not have been told yet.
      await readLive();
      const other = elsewhereOf(gameId);
      if (other === undefined) await play(gameId);
      else setAsking(other);
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  }

  if (hereOf(gameId) !== undefined) return <span class="tag good">{say('playing_here')}</span>;
  const elsewhere = elsewhereOf(gameId) !== undefined;
  return (
    <>
      <button
        type="button"
        class="main"
        disabled={busy}
        aria-label={say(elsewhere ? 'play_here_named' : 'play_named', { game: title })}
        onClick={() => void start()}
      >
        <span aria-hidden="true">▶</span> {say(elsewhere ? 'play_here' : 'play')}
      </button>
      {asking !== null && <TakeOver session={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

/** The choice between the device that plays and this one. */
export function TakeOver({ session, onClose }: { session: ElsewhereSession; onClose: () => void }) {
  const { game_id, device_id, started_at, credited_seconds } = session;
  const [game, device] = [titleOf(game_id), deviceName(device_id)];
  async function take(): Promise<void> {
    const taken = await play(game_id);
    notify('good', say(taken === null ? 'was_free' : 'taken_over', { game, device }));
  }
  return (
    <Ask title={say('take_over_title', { game })} action={say('take_over')} onAct={take} onClose={onClose}>
      <p>{say('take_over_text', { game, device, at: timeOfDay(started_at), played: duration(credited_seconds) })}</p>
    </Ask>
  );
}
