import type { NodeState } from '../../../lib/contract/console.ts';
import { say } from '../words.ts';

/** A shape of its own for each state, beside its word. */
const SHAPES: Readonly<Record<NodeState, string>> = {
  starting: '◔',
  up: '●',
  draining: '▽',
  drained: '○',
  not_ready: '▲',
  lost: '✕',
};
const LOOKS: Readonly<Record<NodeState, string>> = {
  starting: 'soft',
  up: 'good',
  draining: 'warn',
  drained: 'soft',
  not_ready: 'bad',
  lost: 'bad',
};

export function StateMark({ state }: { state: NodeState }) {
  return (
    <span class={`tag ${LOOKS[state]}`}>
      <span aria-hidden="true">{SHAPES[state]}</span> {say(`state_${state}`)}
    </span>
  );
}
