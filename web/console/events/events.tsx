import './events.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AuditEntry, DeadLetter } from '../../../lib/contract/support.ts';
import { moment } from '../../common/locale.ts';
import { Table } from '../../common/ui/table.tsx';
import { pulse } from '../feed.ts';
import { CLUSTER_ID, Written, writtenDown } from '../parts/audit.tsx';
import { Json, parsed } from '../parts/json.tsx';
import { Shown, useLoaded } from '../parts/loaded.tsx';
import { read } from '../parts/pages.tsx';
import { isAdmin } from '../session.ts';
import { say } from '../words.ts';
import { Flow } from './flow.tsx';
import { AskReplay } from './replay.tsx';

const MOST = 200;

/** Events on their way out and in, and those that could not be processed. */
export function Events() {
  return (
    <>
      <Flow />
      <DeadLetters />
    </>
  );
}

function DeadLetters() {
  const letters = useLoaded('letters', () =>
    read<{ items: readonly DeadLetter[] }>('/admin/dead-letters', { limit: MOST }).then(({ items }) => items),
  );
  useAgainOnChange(pulse.value?.figures.dead_letters ?? null, letters.again);
  const [asking, setAsking] = useState<string | null>(null);
  const [written, setWritten] = useState<AuditEntry | null>(null);
  async function replayed(): Promise<void> {
    letters.again();
    setWritten(await writtenDown(CLUSTER_ID, 'operator.replay'));
  }
  return (
    <>
      {written !== null && <Written entry={written} onClose={() => setWritten(null)} />}
      <section class="card" aria-labelledby="letters">
        <div class="row spread">
          <h2 id="letters">{say('letters')}</h2>
          <button type="button" onClick={letters.again}>
            {say('refresh')}
          </button>
        </div>
        <p class="soft">{say('letters_words')}</p>
        <Shown of={letters}>
          {(items) => (
            <>
              {items.length === 0 && <p>{say('letters_none')}</p>}
              {items.length === MOST && <p class="warn">{say('letters_most', { count: MOST })}</p>}
              {Array.from(
                Map.groupBy(items, ({ topic }) => topic),
                ([topic, ofTopic]) => (
                  <Topic key={topic} topic={topic} letters={ofTopic} onReplay={() => setAsking(topic)} />
                ),
              )}
            </>
          )}
        </Shown>
      </section>
      {asking !== null && (
        <AskReplay
          topic={asking}
          count={letters.value?.filter(({ topic }) => topic === asking).length ?? 0}
          onReplayed={replayed}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

/** Reads anew when the feed tells another number: nobody has to ask again and again. */
function useAgainOnChange(count: number | null, again: () => void): void {
  const known = useRef(count);
  useEffect(() => {
    if (known.current !== null && count !== null && known.current !== count) again();
    if (count !== null) known.current = count;
  }, [count]);
}

function Topic({ topic, letters, onReplay }: { topic: string; letters: readonly DeadLetter[]; onReplay: () => void }) {
  return (
    <section aria-label={topic} class="topic">
      <div class="row spread">
        <h3>
          <code>{topic}</code> <span class="soft">{say('letters_count', { count: letters.length })}</span>
        </h3>
        {isAdmin.value && (
          <button type="button" onClick={onReplay}>
            {say('replay')}
            <span class="unseen"> {topic}</span>
          </button>
        )}
      </div>
      <Table
        caption={`${topic}: ${say('letters')}`}
        headings={[
          say('letter_when'),
          say('letter_reason'),
          [say('letter_attempts'), 'number'],
          say('letter_where'),
          say('letter_payload'),
        ]}
      >
        {letters.map((letter) => (
          <Letter key={`${letter.partition} ${letter.offset} ${letter.failed_at}`} letter={letter} />
        ))}
      </Table>
    </section>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { failed_at: failedAt, reason, attempts, partition, offset, key, value } = letter;
  return (
    <tr>
      <td class="figure nowrap">{failedAt === null ? '' : moment(failedAt)}</td>
      <td class="cell reason">{reason}</td>
      <td class="number">{attempts}</td>
      <td class="mono nowrap">{partition === null ? '' : `${partition} / ${offset ?? '?'}`}</td>
      <td>
        <details>
          <summary>{typeOf(value) ?? say('letter_no_json')}</summary>
          {key !== null && (
            <p class="soft">
              {say('letter_key')} <code>{key}</code>
            </p>
          )}
          <Json value={value} label={say('letter_payload')} />
        </details>
      </td>
    </tr>
  );
}

/** The type of a CloudEvent; null: it is none. */
function typeOf(value: string): string | null {
  const event = parsed(value);
  if (event === undefined) return null;
  const type = typeof event === 'object' && event !== null ? (event as { type?: unknown }).type : undefined;
  return typeof type === 'string' ? type : say('letter_no_event');
}
