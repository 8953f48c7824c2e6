import { FIGURES, type FigureName } from '../../../lib/contract/console-figures.ts';
import { inUnit } from '../charts/units.ts';
import { pulse } from '../feed.ts';
import { say } from '../words.ts';

const SHOWN = [
  'live_sessions',
  'heartbeats_per_second',
  'requests_per_second',
  'latency_p99_ms',
  'errors_per_second',
  'flush_lag_ms',
  'outbox_lag_ms',
  'consumer_lag',
  'dead_letters',
] as const satisfies readonly FigureName[];
/** There should be none of these. */
const UNWANTED: ReadonlySet<FigureName> = new Set(['errors_per_second', 'dead_letters']);

/** What is to be read from across the room. */
export function BigFigures() {
  const values = pulse.value?.figures;
  return (
    <dl class="big-figures" aria-label={say('big_figures')}>
      {SHOWN.map((name) => {
        const value = values?.[name] ?? null;
        const alarming = UNWANTED.has(name) && (value ?? 0) > 0;
        return (
          <div key={name} class="card" data-figure={name}>
            <dt class="soft">{say(`figure_${name}`)}</dt>
            <dd class={`figure ${alarming ? 'bad' : ''}`}>
              {alarming && <span aria-hidden="true">▲ </span>}
              {value === null ? (
                <>
                  <span aria-hidden="true">–</span>
                  <span class="unseen">{say('nobody_knows')}</span>
                </>
              ) : (
                inUnit(value, FIGURES[name].unit)
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
