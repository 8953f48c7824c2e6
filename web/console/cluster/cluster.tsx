import './cluster.css';
import { liveness, pulse, shards } from '../feed.ts';
import { say } from '../words.ts';
import { BigFigures } from './big-figures.tsx';
import { Changes } from './changes.tsx';
import { Charts } from './charts.tsx';
import { NotLive } from './connection.tsx';
import { EngineList } from './engine-list.tsx';
import { Nodes } from './nodes.tsx';
import { Ring } from './ring.tsx';

/** The cluster as it lives. */
export function Cluster() {
  if (pulse.value === null && shards.value === null) {
    return (
      <>
        <NotLive />
        <p class="card soft">{say('waiting')}</p>
      </>
    );
  }
  return (
    <>
      <NotLive />
      <div class={`fed ${liveness.value === 'live' ? '' : 'past'}`}>
        <BigFigures />
        <div class="placement">
          <section class="card" aria-labelledby="ring">
            <h2 id="ring">{say('ring')}</h2>
            <div class="ring-and-list">
              <Ring />
              <EngineList />
            </div>
          </section>
          <Changes />
        </div>
        <Nodes />
        <Charts />
      </div>
    </>
  );
}
