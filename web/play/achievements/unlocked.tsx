/** Pops up when an achievement is unlocked, wherever it was: in every window of the player. */
import { signal } from '@preact/signals';
import { percent } from '../../common/locale.ts';
import type { UserAchievement } from '../../../lib/contract/achievements.ts';
import { player } from '../calls.ts';
import { Cover } from '../library/cover.tsx';
import { titleOf } from '../library/games.ts';
import { playerSocket } from '../socket.ts';
import { say } from '../words.ts';
import { Medal } from './medal.tsx';
import { listCall, type AchievementList } from './calls.ts';

interface Unlocked {
  readonly newsId: string;
  readonly gameId: string;
  readonly title: string;
  readonly description: string;
  readonly rarity: number | null;
}

const SHOWN_MS = 10_000;
const shown = signal<readonly Unlocked[]>([]);

function dismiss(newsId: string): void {
  shown.value = shown.value.filter((one) => one.newsId !== newsId);
}

/** What it is called is asked for: news are short. */
async function popUp(newsId: string, gameId: string, achievementId: string): Promise<void> {
  const known = await player
    .call<AchievementList>(listCall(gameId))
    .then(({ items }) => items.find(({ achievement_id }): boolean => achievement_id === achievementId))
    .catch((): UserAchievement | undefined => undefined);
  const { title = achievementId, description = '', rarity_percent: rarity = null } = known ?? {};
  shown.value = [...shown.value, { newsId, gameId, title, description, rarity }];
  setTimeout(() => dismiss(newsId), SHOWN_MS);
}

playerSocket.onNews(({ event, id, data }) => {
  if (event === 'achievement.unlocked') void popUp(id, String(data['game_id']), String(data['achievement_id']));
});

export function UnlockedPopUps() {
  return (
    <div class="unlocks" role="status" aria-live="polite" aria-label={say('unlocks')}>
      {shown.value.map(({ newsId, gameId, title, description, rarity }) => (
        <div key={newsId} class="unlock row">
          <span class="thumb">
            <Cover id={gameId} title={titleOf(gameId)} small />
          </span>
          <Medal of="unlocked" />
          <div class="words">
            <p class="good">{say('unlocked_now', { game: titleOf(gameId) })}</p>
            <p>
              <strong>{title}</strong>
            </p>
            <p class="soft">
              {description} {rarity !== null && say('rarity', { share: percent(rarity / 100, 2) })}
            </p>
          </div>
          <button type="button" class="plain" aria-label={say('dismiss')} onClick={() => dismiss(newsId)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
