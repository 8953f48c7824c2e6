import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { NodeState } from '../../../lib/contract/console.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { complain, notify } from '../../common/ui/notices.tsx';
import { outcomeOf, run } from '../commands.ts';
import { say } from '../words.ts';
import { engines } from './engines.ts';

type ActionName = 'drain' | 'rejoin' | 'rebalance' | 'flush';

interface Action {
  readonly name: ActionName;
  /** As an operator would type it. */
  readonly line: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** What can be done to one engine: it is asked first. */
export function EngineActions({ node, state }: { node: string; state: NodeState }) {
  const count = engines.value.find(({ name }) => name === node)?.shards ?? 0;
  const away = state === 'drained' || state === 'draining';
  return (
    <div class="row tight">
      {!away && (
        <Asked
          action={{ name: 'drain', line: `drain ${node}`, values: { node, count } }}
          harm
          disabled={state === 'lost'}
        >
          {node}
        </Asked>
      )}
      {away && <Asked action={{ name: 'rejoin', line: `rejoin ${node}`, values: { node } }}>{node}</Asked>}
    </div>
  );
}

export function ClusterActions() {
  return (
    <div class="row">
      <Asked action={{ name: 'rebalance', line: 'rebalance --yes' }} />
      <Asked action={{ name: 'flush', line: 'flush' }} />
    </div>
  );
}

interface AskedProps {
  readonly action: Action;
  readonly harm?: boolean;
  readonly disabled?: boolean;
  /** To what it is done, for those who do not see where the button stands. */
  readonly children?: ComponentChildren;
}

function Asked({ action, harm = false, disabled = false, children }: AskedProps) {
  const [asking, setAsking] = useState(false);
  const { name, values = {} } = action;
  return (
    <>
      <button type="button" class="small" disabled={disabled} onClick={() => setAsking(true)}>
        {say(name)}
        {children !== undefined && <span class="unseen"> {children}</span>}
      </button>
      {asking && (
        <Ask
          title={say(`${name}_title`, values)}
          action={say(name)}
          harm={harm}
          onAct={() => act(action)}
          onClose={() => setAsking(false)}
        >
          <p>{say(`${name}_words`, values)}</p>
          <p class="soft">{say('written_down')}</p>
        </Ask>
      )}
    </>
  );
}

/** @throws Refused, Error: why it was not done, in the words of the service */
async function act({ line }: Action): Promise<void> {
  const { state, command_id: id, text, foot, error } = await run(line);
  if (state === 'failed') throw new Error(error ?? line);
  if (state === 'done') return notify('good', text ?? foot ?? line);
  notify('plain', say('command_running', { line }));
  void follow(line, id).catch(complain);
}

async function follow(line: string, commandId: string): Promise<void> {
  const { state, text } = await outcomeOf(commandId);
  if (state === 'unknown') notify('plain', say('command_unknown', { line }));
  else notify(state === 'done' ? 'good' : 'bad', text || line);
}
