/** A line that takes what operators type, and shows what comes of it. */
import './activity.css';
import { useState } from 'preact/hooks';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { Table } from '../../common/ui/table.tsx';
import type { CommandReply } from '../../../lib/contract/commands.ts';
import { outcomeOf, run } from '../commands.ts';
import { say } from '../words.ts';

interface Result {
  readonly id: number;
  readonly line: string;
  /** Null: it has not come yet. */
  readonly reply: Omit<CommandReply, 'command_id'> | null;
  /** It goes on: how it ended, when that is known. */
  readonly later?: string;
}

const KEPT_RESULTS = 20;
/** Characters that may stand in one line of a table: an id does. */
const LONG = 40;
let last = 0;

export function CommandLine({ onEnd }: { onEnd: () => void }) {
  const [results, setResults] = useState<readonly Result[]>([]);
  const [line, setLine] = useState('');
  /** Which of the lines run before is shown; -1: a new one. */
  const [back, setBack] = useState(-1);
  const lines = [...new Set(results.map((result) => result.line))];

  function change(id: number, to: Partial<Result>): void {
    setResults((before) => before.map((result) => (result.id === id ? { ...result, ...to } : result)));
  }

  async function execute(text: string): Promise<void> {
    const id = (last += 1);
    setResults((before) => [{ id, line: text, reply: null }, ...before].slice(0, KEPT_RESULTS));
    try {
      const reply = await run(text);
      change(id, { reply });
      if (reply.state === 'running') {
        const outcome = await outcomeOf(reply.command_id);
        change(id, { later: outcome.state === 'unknown' ? say('command_no_end') : outcome.text });
      }
      onEnd();
    } catch (error) {
      change(id, { reply: { state: 'failed', head: null, rows: null, foot: null, text: null, error: wordsOf(error) } });
    }
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (line.trim() === '') return;
    void execute(line.trim());
    setLine('');
    setBack(-1);
  }

  function recall(event: KeyboardEvent): void {
    const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = Math.max(-1, Math.min(lines.length - 1, back + step));
    setBack(next);
    setLine(lines[next] ?? '');
  }

  return (
    <section class="card" aria-labelledby="command-line">
      <h2 id="command-line">{say('command_line')}</h2>
      <p class="soft" id="command-words">
        {say('command_words')}
      </p>
      <form class="command" onSubmit={submit}>
        <input
          class="mono"
          name="line"
          aria-label={say('command')}
          aria-describedby="command-words"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="shards"
          value={line}
          onInput={(event) => setLine(event.currentTarget.value)}
          onKeyDown={recall}
        />
        <button type="submit" class="main">
          {say('command_run')}
        </button>
      </form>
      <div role="log" aria-label={say('command_results')} class="results">
        {results.map((result) => (
          <ResultOf key={result.id} result={result} />
        ))}
      </div>
    </section>
  );
}

function ResultOf({ result: { line, reply, later } }: { result: Result }) {
  return (
    <div class="result">
      <code>&gt; {line}</code>
      {reply === null && <p class="soft">{say('command_running_now')}</p>}
      {reply !== null && <Reply reply={reply} line={line} />}
      {reply?.state === 'running' && <p class="soft">{later ?? say('command_goes_on')}</p>}
    </div>
  );
}

/** What a command answered: a table, words, or why not. */
export function Reply({
  reply: { head, rows, foot, text, error },
  line,
}: {
  reply: NonNullable<Result['reply']>;
  line: string;
}) {
  return (
    <>
      {error !== null && <pre class="code bad wraps">{error}</pre>}
      {head !== null && rows !== null && rows.length > 0 && (
        <Table caption={`${line}: ${say('command_rows', { count: rows.length })}`} headings={head}>
          {rows.map((cells, at) => (
            <tr key={at}>
              {cells.map((cell, column) => (
                <td key={column} class={typeof cell === 'number' ? 'number' : cell.length > LONG ? 'cell' : 'nowrap'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </Table>
      )}
      {text !== null && (
        <pre class="code wraps" tabIndex={0} role="region" aria-label={line}>
          {text}
        </pre>
      )}
      {foot !== null && <p class="soft wraps">{foot}</p>}
    </>
  );
}
