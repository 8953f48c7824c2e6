import { pulse } from '../feed.ts';
import { say } from '../words.ts';
import { NotLive } from './connection.tsx';

/** The cluster as it lives. */
export function Cluster() {
  return (
    <>
      <NotLive />
      {pulse.value === null && <p class="card soft">{say('waiting')}</p>}
    </>
  );
}
