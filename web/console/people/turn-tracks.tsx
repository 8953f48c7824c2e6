/** Turns along a line of time, one line a session. The table beside it says the same in words. */
import { timeOfDay } from '../../common/locale.ts';
import { say } from '../words.ts';
import { Game } from './titles.tsx';
import type { LoggedTurn } from './turn-log.ts';

/** What is looked at: the last minutes, so that marks do not melt into each other. */
const SPAN_MS = 300_000;
const LEAST_MS = 30_000;

export function TurnTracks({ turns }: { turns: readonly LoggedTurn[] }) {
  const until = turns[0]?.at ?? 0;
  const recent = turns.filter(({ session_id: id, at }) => id !== null && at > until - SPAN_MS);
  const since = Math.min(until - LEAST_MS, ...recent.map(({ at }) => at));
  const place = (at: number) => `${(Math.max(0, (at - since) / (until - since)) * 100).toFixed(2)}%`;
  return (
    <figure class="tracks">
      <figcaption class="soft">{say('tracks', { from: timeOfDay(since), to: timeOfDay(until) })}</figcaption>
      {Array.from(
        Map.groupBy(recent, ({ session_id: id }) => id ?? ''),
        ([id, ofSession]) => (
          <div key={id} class="track">
            <span>
              <Game id={ofSession.find(({ game_id: game }) => game !== null)?.game_id ?? id} />
            </span>
            <div class="track-line" aria-hidden="true">
              {ofSession.map(({ id: turn, at, added_ms: added }) =>
                added === null || added === 0 ? null : (
                  <span
                    key={`stretch ${turn}`}
                    class="stretch"
                    style={{ left: place(at - added), width: `${Math.min(100, (added / (until - since)) * 100)}%` }}
                  />
                ),
              )}
              {ofSession.map((turn) => (
                <span key={turn.id} class={`mark ${kindOf(turn)}`} style={{ left: place(turn.at) }} />
              ))}
            </div>
          </div>
        ),
      )}
      <p class="soft">{say('tracks_words')}</p>
    </figure>
  );
}

function kindOf({ outcome, added_ms: added }: LoggedTurn): string {
  if (outcome !== 'ok' && outcome !== 'ignored') return 'refused';
  return added !== null && added > 0 ? 'counted' : '';
}
