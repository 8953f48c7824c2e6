/** How many events wait on their way out and in: live from the feed, and as a command says it. */
import { useState } from 'preact/hooks';
import { duration, number } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import { run } from '../commands.ts';
import { liveness, pulse } from '../feed.ts';
import { Facts } from '../parts/facts.tsx';
import { say } from '../words.ts';

export function Flow() {
  const [said, setSaid] = useState<string | null>(null);
  const figures = pulse.value?.figures;
  const whole = (value: number | null | undefined) => (typeof value === 'number' ? number(value) : say('flow_unknown'));
  const lag = figures?.outbox_lag_ms ?? null;
  async function ask(): Promise<void> {
    const { text, foot, error } = await run('outbox');
    setSaid(error ?? text ?? foot);
  }
  return (
    <section class="card" aria-labelledby="flow">
      <div class="row spread">
        <h2 id="flow">{say('flow')}</h2>
        <button type="button" onClick={() => void ask().catch(complain)}>
          {say('flow_ask')}
        </button>
      </div>
      {liveness.value !== 'live' && <p class="warn">{say('flow_not_live')}</p>}
      <Facts
        of={[
          [say('flow_rows'), whole(figures?.outbox_rows)],
          [say('flow_lag'), lag === null ? say('flow_unknown') : duration(lag / 1_000)],
          [say('flow_consumers'), whole(figures?.consumer_lag)],
          [say('flow_letters'), whole(figures?.dead_letters)],
        ]}
      />
      <p role="status" class="soft">
        {said}
      </p>
    </section>
  );
}
