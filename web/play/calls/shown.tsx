import type { Call } from '../../common/api.ts';
import { Copyable } from '../../common/ui/copyable.tsx';
import { lineOf, player, type Account } from '../calls.ts';
import { say } from '../words.ts';

/** Beside an action: the call that it makes, folded, to be taken along. @param title when there are several */
export function ShowCall({ call, of = player, title }: { call: Call; of?: Account; title?: string }) {
  return (
    <details class="call">
      <summary>
        <span aria-hidden="true">{'</>'}</span> {title ?? say('show_call')}
        <span class="unseen">
          : {call.method} {call.path.split('?')[0]}
        </span>
      </summary>
      <Copyable text={lineOf(of, call)} label={`curl (${of.variable})`} />
    </details>
  );
}

/** Beside an action: the frame that it sends over the WebSocket. */
export function ShowFrame({ frame, title }: { frame: Readonly<Record<string, unknown>>; title?: string }) {
  return (
    <details class="call">
      <summary>
        <span aria-hidden="true">{'</>'}</span> {title ?? say('show_frame')}
      </summary>
      <Copyable text={JSON.stringify(frame)} label="WebSocket" />
      <p class="soft">{say('listen_line')}</p>
      <Copyable text={`npm run -s listen -- --url ${location.origin}`} label={say('shell')} />
    </details>
  );
}
