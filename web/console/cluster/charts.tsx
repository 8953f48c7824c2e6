import { timeOfDay } from '../../common/locale.ts';
import { FIGURES, type FigureName } from '../../../lib/contract/console-figures.ts';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/plot.ts';
import { back, choose, moveBy, span, SPAN_NAMES, view, zoom, zoomBy } from '../charts/span.ts';
import { busy, figures, grown } from '../feed.ts';
import { say } from '../words.ts';
import { lookOf } from './engines.ts';

/** Beside colour: drawn through, dashed, dotted, both. */
const DASHES: readonly (readonly number[] | undefined)[] = [undefined, [8, 4], [2, 3], [8, 3, 2, 3]];

function line(name: FigureName, colour: string, place = 0, right = false): Line {
  const dash = DASHES[place % DASHES.length];
  return {
    name,
    label: say(`figure_${name}`),
    unit: FIGURES[name].unit,
    colour: `var(--${colour})`,
    ...(dash === undefined ? {} : { dash }),
    ...(right ? { right } : {}),
  };
}

/** All charts: what is asked of the cluster, how it answers, and what waits. */
export function Charts() {
  const charts: readonly (readonly [title: string, lines: readonly Line[]])[] = [
    [say('chart_sessions'), [line('live_sessions', 'accent')]],
    [say('chart_heartbeats'), [line('heartbeats_per_second', 'accent')]],
    [
      say('chart_requests'),
      [
        line('requests_per_second', 'accent'),
        line('refusals_per_second', 'warn', 1),
        line('errors_per_second', 'bad', 2),
      ],
    ],
    [
      say('chart_latency'),
      [line('latency_p50_ms', 'good', 2), line('latency_p95_ms', 'accent', 1), line('latency_p99_ms', 'bad')],
    ],
    [say('chart_commit'), [line('commit_p99_ms', 'accent')]],
    [say('chart_flush'), [line('flush_lag_ms', 'accent'), line('flush_backlog', 'warn', 1, true)]],
    [say('chart_outbox'), [line('outbox_lag_ms', 'accent'), line('outbox_rows', 'warn', 1, true)]],
    [say('chart_consumers'), [line('consumer_lag', 'accent'), line('dead_letters', 'bad', 1)]],
    [say('chart_sockets'), [line('sockets', 'accent')]],
  ];
  return (
    <section class="charts" aria-labelledby="charts">
      <h2 id="charts">{say('charts')}</h2>
      <Controls />
      <div class="tiles">
        {charts.map(([title, lines]) => (
          <Chart key={lines[0]?.name} title={title} lines={lines} timeline={figures} />
        ))}
        <Busy />
      </div>
    </section>
  );
}

function Busy() {
  void grown.value;
  const lines = busy.names.toSorted().map((node): Line => {
    const { colour, place } = lookOf(node);
    const dash = DASHES[place % DASHES.length];
    return { name: node, label: node, unit: 'processors', colour, ...(dash === undefined ? {} : { dash }) };
  });
  return <Chart title={say('chart_cpu')} note={say('chart_cpu_words')} lines={lines} timeline={busy} />;
}

/** Everything that a mouse can do to charts, for keys. */
function Controls() {
  const { from, to } = view.value;
  return (
    <div class="row charts-controls">
      <div class="row" role="group" aria-label={say('chart_span')}>
        {SPAN_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={zoom.value === null && span.value === name}
            onClick={() => choose(name)}
          >
            {say(`span_${name}`)}
          </button>
        ))}
      </div>
      <div class="row" role="group" aria-label={say('chart_look')}>
        <button type="button" onClick={() => zoomBy(0.5)}>
          {say('zoom_in')}
        </button>
        <button type="button" onClick={() => zoomBy(2)}>
          {say('zoom_out')}
        </button>
        <button type="button" onClick={() => moveBy(-0.5)}>
          {say('zoom_earlier')}
        </button>
        <button type="button" disabled={zoom.value === null} onClick={() => moveBy(0.5)}>
          {say('zoom_later')}
        </button>
        <button type="button" disabled={zoom.value === null} onClick={back}>
          {say('zoom_back')}
        </button>
      </div>
      <span class="figure soft">{say('zoom_words', { from: timeOfDay(from), to: timeOfDay(to) })}</span>
      <span class="soft">{say('zoom_hint')}</span>
    </div>
  );
}
