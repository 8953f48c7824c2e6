import { useEffect } from 'preact/hooks';
import { route } from '../common/route.ts';
import { Bar } from '../common/ui/bar.tsx';
import { Notices } from '../common/ui/notices.tsx';
import { AllAchievements } from './achievements/all-achievements.tsx';
import { UnlockedPopUps } from './achievements/unlocked.tsx';
import { Drawer, DrawerButton, isDrawerOpen } from './calls/drawer.tsx';
import { Connection } from './connection.tsx';
import { Family } from './family/family.tsx';
import { Game } from './library/game.tsx';
import { readGames } from './library/games.ts';
import { Library } from './library/library.tsx';
import { NowPlaying } from './playing/now-playing.tsx';
import { openSessions } from './playing/sessions.ts';
import { Saves } from './saves/saves.tsx';
import { SecondWindow } from './second-window.tsx';
import { Wishes } from './wishes/wishes.tsx';
import { say } from './words.ts';

const VIEWS = ['library', 'achievements', 'wishes', 'saves', 'family'] as const;
type ViewName = (typeof VIEWS)[number];

export function App() {
  const [first, step] = route.value;
  const current = VIEWS.find((name) => name === first) ?? 'library';
  const title = say(current);
  useEffect(() => {
    document.title = `${title} · Library Service`;
  }, [title]);
  useEffect(() => {
    void readGames();
    openSessions();
  }, []);
  return (
    <div class={isDrawerOpen.value ? 'frame with-drawer' : 'frame'}>
      <div class="room">
        <Bar title={say('title')} views={VIEWS.map((name) => ({ name, title: say(name) }))}>
          <Connection />
          <DrawerButton />
        </Bar>
        <main id="content" class="page" tabIndex={-1}>
          <SecondWindow />
          <NowPlaying />
          <View name={current} step={step} />
        </main>
      </div>
      {isDrawerOpen.value && <Drawer />}
      <Notices />
      <UnlockedPopUps />
    </div>
  );
}

function View({ name, step }: { name: ViewName; step: string | undefined }) {
  if (name === 'achievements') return <AllAchievements gameId={step} />;
  if (name === 'wishes') return <Wishes />;
  if (name === 'saves') return <Saves />;
  if (name === 'family') return <Family />;
  return step === undefined ? <Library /> : <Game key={step} gameId={step} />;
}
