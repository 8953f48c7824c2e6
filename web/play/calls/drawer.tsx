/** What this page said to the service and heard from it: the latest first, each to be taken along. */
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { number, timeOfDay } from '../../common/locale.ts';
import { Copyable } from '../../common/ui/copyable.tsx';
import {
  forgetCalls,
  friend,
  log,
  player,
  shop,
  tokenLine,
  type Logged,
  type LoggedCall,
  type LoggedFrame,
} from '../calls.ts';
import { say } from '../words.ts';

export const isDrawerOpen = signal(false);

export function DrawerButton() {
  return (
    <button
      id="calls-button"
      type="button"
      aria-expanded={isDrawerOpen.value}
      aria-controls={isDrawerOpen.value ? 'calls' : undefined}
      onClick={() => (isDrawerOpen.value = !isDrawerOpen.value)}
    >
      <span aria-hidden="true">{'</>'}</span> {say('calls')}
      <span class="figure"> {number(log.value.length)}</span>
    </button>
  );
}

const KINDS = ['all', 'call', 'frame'] as const;

export function Drawer() {
  const [kind, setKind] = useState<(typeof KINDS)[number]>('all');
  const close = useRef<HTMLButtonElement>(null);
  // It stands behind the view in the order of the page: who opens it goes there, and comes back. Passive effects are cleaned
  // up after the next paint: for a moment the focus would be nowhere.
  useLayoutEffect(() => {
    close.current?.focus();
    return () => document.querySelector<HTMLElement>('#calls-button')?.focus();
  }, []);
  const entries = log.value.filter((entry) => kind === 'all' || entry.kind === kind);
  return (
    <aside
      id="calls"
      class="drawer"
      aria-label={say('calls')}
      onKeyDown={({ key }) => {
        if (key === 'Escape') isDrawerOpen.value = false;
      }}
    >
      <header class="row spread">
        <h2>{say('calls')}</h2>
        <div class="row">
          <select
            aria-label={say('calls_shown')}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
          >
            {KINDS.map((name) => (
              <option key={name} value={name}>
                {say(`calls_${name}`)}
              </option>
            ))}
          </select>
          <button type="button" onClick={forgetCalls}>
            {say('calls_forget')}
          </button>
          <button ref={close} type="button" onClick={() => (isDrawerOpen.value = false)}>
            {say('calls_close')}
          </button>
        </div>
      </header>
      <details class="call">
        <summary>{say('token_first')}</summary>
        {[player, friend, shop].map((account) => (
          <Copyable key={account.name} text={tokenLine(account)} label={say(`account_${account.name}`)} />
        ))}
      </details>
      {entries.length === 0 && <p class="soft">{say('no_calls')}</p>}
      <ol class="log">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
    </aside>
  );
}

/** What it holds is drawn when it is opened: there are many. */
function Entry({ entry }: { entry: Logged }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details class="call" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="soft figure">{timeOfDay(entry.at)}</span> {entry.account !== 'player' && `${entry.account} `}
          {entry.kind === 'call' ? <CallHead call={entry} /> : <FrameHead frame={entry} />}
        </summary>
        {open && (entry.kind === 'call' ? <CallBody call={entry} /> : <FrameBody frame={entry} />)}
      </details>
    </li>
  );
}

function CallHead({ call: { title, status, code, tookMs } }: { call: LoggedCall }) {
  const outcome = status === null ? say('under_way') : status === 0 ? say('no_answer') : (code ?? String(status));
  const tone = status === null ? 'soft' : status > 0 && status < 400 ? 'good' : 'bad';
  return (
    <>
      <code>{title}</code> <span class={tone}>{outcome}</span>
      {tookMs !== null && <span class="soft figure"> {say('milliseconds', { ms: Math.round(tookMs) })}</span>}
    </>
  );
}

function CallBody({ call: { curl, account } }: { call: LoggedCall }) {
  return <Copyable text={curl} label={`curl (${say(`account_${account}`)})`} />;
}

function FrameHead({ frame: { way, frame } }: { frame: LoggedFrame }) {
  const status = typeof frame['status'] === 'number' ? ` ${frame['status']}` : '';
  return (
    <>
      <span aria-hidden="true">{way === 'sent' ? '↑ ' : '↓ '}</span>
      <span class="unseen">{say(way)} </span>
      <code>
        {String(frame['type'] ?? frame['event'])}
        {status}
      </code>
    </>
  );
}

function FrameBody({ frame: { way, frame } }: { frame: LoggedFrame }) {
  return (
    <>
      <Copyable text={JSON.stringify(frame, null, 2)} label={`WebSocket: ${say(way)}`} />
      {way === 'received' && (
        <Copyable text={`npm run -s listen -- --url ${location.origin}`} label={say('listen_line')} />
      )}
    </>
  );
}
