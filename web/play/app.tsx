import { route } from '../common/route.ts';
import { Bar } from '../common/ui/bar.tsx';
import { Notices } from '../common/ui/notices.tsx';
import { Family } from './family/family.tsx';
import { Saves } from './saves/saves.tsx';
import { Wishes } from './wishes/wishes.tsx';
import { say } from './words.ts';

const VIEWS = ['library', 'achievements', 'wishes', 'saves', 'family'] as const;
type ViewName = (typeof VIEWS)[number];

export function App() {
  const current = VIEWS.find((name) => name === route.value[0]) ?? 'library';
  return (
    <>
      <Bar title={say('title')} views={VIEWS.map((name) => ({ name, title: say(name) }))} />
      <main id="content" class="page" tabIndex={-1}>
        <View name={current} />
      </main>
      <Notices />
    </>
  );
}

function View({ name }: { name: ViewName }) {
  if (name === 'wishes') return <Wishes />;
  if (name === 'saves') return <Saves />;
  if (name === 'family') return <Family />;
  return null;
}
