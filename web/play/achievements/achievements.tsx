import { useEffect, useState } from 'preact/hooks';
import { moment, number, percent } from '../../common/locale.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { complain, notify } from '../../common/ui/notices.tsx';
import type { UserAchievement } from '../../../lib/contract/achievements.ts';
import { player } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { titleOf } from '../library/games.ts';
import { hereOf } from '../playing/sessions.ts';
import { playerSocket } from '../socket.ts';
import { say } from '../words.ts';
import { listCall, type AchievementList } from './calls.ts';
import { Medal } from './medal.tsx';
import { stepsOf, type Step } from './steps.ts';

/** What can be achieved in a game, and what the game would report. */
export function Achievements({ gameId }: { gameId: string }) {
  const [list, setList] = useState<readonly UserAchievement[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [reads, setReads] = useState(0);
  const again = (): void => setReads((count) => count + 1);
  useEffect(() => {
    let current = true;
    player
      .call<AchievementList>(listCall(gameId))
      .then(({ items }) => {
        if (!current) return;
        setList(items);
        setTrouble(null);
      })
      .catch((error: unknown) => current && setTrouble(wordsOf(error)));
    return () => (current = false);
  }, [gameId, reads]);
  useEffect(
    () =>
      playerSocket.onNews(({ event, data }) => {
        if (event === 'achievement.unlocked' && data['game_id'] === gameId) again();
      }),
    [gameId],
  );
  if (trouble !== null) return <p class="bad">{trouble}</p>;
  if (list === null) return <p class="soft">{say('reading')}</p>;
  return (
    <>
      {hereOf(gameId) === undefined && <p class="soft">{say('play_first')}</p>}
      <ul class="achievements" aria-label={say('achievements_of', { game: titleOf(gameId) })}>
        {list.map((achievement) => (
          <Achievement key={achievement.achievement_id} achievement={achievement} onReported={again} />
        ))}
      </ul>
      <ShowCall call={listCall(gameId)} />
    </>
  );
}

function Achievement({ achievement, onReported }: { achievement: UserAchievement; onReported: () => void }) {
  const { title, description, unlocked, unlocked_at, masked, hidden, authority, offline, rarity_percent } = achievement;
  return (
    <li class={unlocked ? 'unlocked' : 'locked'}>
      <Medal of={unlocked ? 'unlocked' : masked ? 'masked' : 'locked'} />
      <div class="words">
        <h3>{masked ? say('masked') : title}</h3>
        <p>{masked ? say('masked_text') : description}</p>
        <p class="row">
          <span class={`tag ${unlocked ? 'good' : ''}`}>{say(unlocked ? 'unlocked' : 'locked')}</span>
          {hidden && <span class="tag">{say('hidden')}</span>}
          {authority === 'server' && <span class="tag">{say('by_server')}</span>}
          {offline && <span class="tag">{say('offline')}</span>}
          <span class="soft">
            {say('rarity', { share: percent(rarity_percent / 100, 2) })}
            {unlocked_at !== null && ` · ${moment(unlocked_at)}`}
          </span>
        </p>
        <Progress achievement={achievement} />
        {!unlocked && <Steps achievement={achievement} onReported={onReported} />}
      </div>
    </li>
  );
}

function Progress({ achievement: { title, progress, target, unlocked } }: { achievement: UserAchievement }) {
  if (progress === null || target === null || target === 1 || unlocked) return null;
  const words = say('progress', { progress: number(progress), target: number(target) });
  return (
    <p class="row">
      <progress value={progress} max={target} aria-label={title} />
      <span class="figure">{words}</span>
    </p>
  );
}

/** What a game does by itself; here, buttons do. */
function Steps({ achievement, onReported }: { achievement: UserAchievement; onReported: () => void }) {
  const steps = stepsOf(achievement);
  const [busy, setBusy] = useState(false);
  const words = ({ key, count }: Step): string => say(key, { count });
  async function take({ by, call }: Step): Promise<void> {
    setBusy(true);
    try {
      const { outcome } = await by.call<{ readonly outcome?: string }>(call);
      if (outcome === 'unchanged') notify('plain', say('unchanged'));
      onReported();
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  }
  return (
    <div class="steps">
      {steps.map((step) => (
        <div key={step.key} class="step">
          <button
            type="button"
            disabled={busy}
            aria-label={achievement.masked ? undefined : `${words(step)}: ${achievement.title}`}
            onClick={() => void take(step)}
          >
            {words(step)}
          </button>
          <ShowCall call={step.call} of={step.by} />
        </div>
      ))}
    </div>
  );
}
