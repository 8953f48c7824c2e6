import { useEffect } from 'preact/hooks';
import { go } from '../../common/route.ts';
import { allGames, readGames } from '../library/games.ts';
import { PlayButton } from '../playing/play-button.tsx';
import { here } from '../playing/sessions.ts';
import { say } from '../words.ts';
import { Achievements } from './achievements.tsx';

/** Achievements by game; of the one that is played, unless another is chosen. */
export function AllAchievements({ gameId }: { gameId: string | undefined }) {
  useEffect(() => {
    if (allGames.value.length === 0) void readGames();
  }, []);
  const chosen = gameId ?? here.value[0]?.state.value.gameId ?? allGames.value[0]?.game_id;
  if (chosen === undefined) return <p class="soft">{say('reading')}</p>;
  return (
    <section class="card" aria-labelledby="achievements-title">
      <h2 id="achievements-title">{say('achievements')}</h2>
      <div class="row">
        <label class="field">
          <span class="soft">{say('game')}</span>
          <select value={chosen} onChange={(event) => go('achievements', event.currentTarget.value)}>
            {allGames.value.map(({ game_id, title, achievements: { unlocked, total } }) => (
              <option key={game_id} value={game_id}>
                {title} ({unlocked}/{total})
              </option>
            ))}
          </select>
        </label>
        <span class="bottom">
          <PlayButton gameId={chosen} />
        </span>
      </div>
      <Achievements key={chosen} gameId={chosen} />
    </section>
  );
}
