import { Bar } from '../common/ui/bar.tsx';
import { Notices } from '../common/ui/notices.tsx';
import { say } from './words.ts';

export function App() {
  return (
    <>
      <Bar title={say('title')} views={[]} />
      <main id="content" class="page" tabIndex={-1} />
      <Notices />
    </>
  );
}
