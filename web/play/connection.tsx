import { say as sayEverywhere } from '../common/words.ts';
import { playerSocket } from './socket.ts';
import { say } from './words.ts';

const TONES = { live: 'good', connecting: 'warn', lost: 'bad' } as const;
const SHAPES = { live: '●', connecting: '◌', lost: '✕' } as const;

/** Whether news come in. */
export function Connection() {
  const state = playerSocket.state.value;
  return (
    <span class={`connection ${TONES[state]}`} role="status" title={say('connection')}>
      <span aria-hidden="true">{SHAPES[state]} </span>
      {sayEverywhere(state)}
    </span>
  );
}
