import { useEffect, useState } from 'preact/hooks';
import { bytes, duration, number } from '../../common/locale.ts';
import type { ConsoleNode, NodePulse } from '../../../lib/contract/console.ts';
import { inUnit } from '../charts/units.ts';
import { liveness, nodes, pulse } from '../feed.ts';
import { isAdmin } from '../session.ts';
import { say } from '../words.ts';
import { ClusterActions, EngineActions } from './actions.tsx';
import { isEngine } from './engines.ts';
import { StateMark } from './state.tsx';

const COLUMNS: readonly (readonly [title: Parameters<typeof say>[0], value: (load: NodePulse) => string])[] = [
  ['node_shards', ({ shards }) => whole(shards)],
  ['node_sessions', ({ live_sessions: sessions }) => whole(sessions)],
  ['node_beats', ({ heartbeats_per_second: beats }) => rate(beats)],
  ['node_requests', ({ requests_per_second: requests }) => rate(requests)],
  ['node_sockets', ({ sockets }) => whole(sockets)],
  ['node_cpu', ({ cpu }) => inUnit(cpu, 'processors')],
  ['node_memory', ({ memory_bytes: memory }) => bytes(memory)],
  ['node_lag', ({ loop_lag_ms: lag }) => inUnit(lag, 'ms')],
];

/** Every node as it is now. */
export function Nodes() {
  return (
    <section class="card" aria-labelledby="nodes">
      <div class="row spread">
        <h2 id="nodes">{say('nodes')}</h2>
        {isAdmin.value && <ClusterActions />}
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="nodes">
        <table class="figure nodes">
          <thead>
            <tr>
              <th scope="col">{say('node')}</th>
              <th scope="col">{say('node_state')}</th>
              {isAdmin.value && <th scope="col">{say('node_actions')}</th>}
              <th scope="col">{say('node_not_well')}</th>
              {COLUMNS.map(([title]) => (
                <th key={title} scope="col" class="number">
                  {say(title)}
                </th>
              ))}
              <th scope="col">{say('node_roles')}</th>
              <th scope="col">{say('node_release')}</th>
              <th scope="col">{say('node_up')}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.value.map((node) => (
              <Row key={node.node} node={node} load={pulse.value?.nodes[node.node]} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ node, load }: { node: ConsoleNode; load: NodePulse | undefined }) {
  const { node: name, state, not_well: unwell, roles, release } = node;
  return (
    <tr data-node={name}>
      <th scope="row">{name}</th>
      <td>
        <StateMark state={state} />
      </td>
      {isAdmin.value && <td>{isEngine(node) && <EngineActions node={name} state={state} />}</td>}
      <td class={unwell.length > 0 ? 'bad' : 'soft'}>
        {unwell.length > 0
          ? unwell.map(({ dependency, state: how }) => `${dependency}: ${how}`).join(', ')
          : say('node_all_well')}
      </td>
      {COLUMNS.map(([title, value]) => (
        <td key={title} class="number">
          {load === undefined ? '–' : value(load)}
        </td>
      ))}
      <td>{roles.join(', ')}</td>
      <td>{release}</td>
      <td>
        <UpFor node={node} />
      </td>
    </tr>
  );
}

const TICK_MS = 10_000;

/** The feed tells it once; from there it goes on by itself, as long as the node is heard of. */
function UpFor({ node }: { node: ConsoleNode }) {
  const [told, setTold] = useState({ node, at: Date.now(), now: Date.now() });
  useEffect(() => {
    setTold({ node, at: Date.now(), now: Date.now() });
    const timer = setInterval(() => {
      if (liveness.peek() === 'live') setTold((before) => ({ ...before, now: Date.now() }));
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [node]);
  if (node.state === 'lost') return <>–</>;
  return <>{duration(told.node.up_seconds + (told.now - told.at) / 1_000)}</>;
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : number(value);
}

function rate(value: number | undefined): string {
  return value === undefined ? '–' : number(value, 1);
}
