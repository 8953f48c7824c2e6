import { effect, useSignal } from '@preact/signals';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { locale, timeOfDay } from '../../common/locale.ts';
import { isDark } from '../../common/theme.ts';
import { grown } from '../feed.ts';
import { say } from '../words.ts';
import { plotIn, type Line } from './plot.ts';
import { view } from './span.ts';
import { firstAtOrAfter, type Timeline } from './timeline.ts';
import { inUnit } from './units.ts';

export interface ChartProps {
  readonly title: string;
  readonly note?: string;
  readonly timeline: Timeline;
  readonly lines: readonly Line[];
}

export function Chart({ title, note, timeline, lines }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const pointed = useSignal<number | null>(null);
  const [open, setOpen] = useState(false);
  const heading = useId();
  // Drawn anew when anything changes that is painted once.
  const look = [isDark.value, locale.value, ...lines.map(({ name }) => name)].join();
  useEffect(() => {
    if (box.current === null) return undefined;
    const plot = plotIn(box.current, lines, (index) => (pointed.value = index));
    const stop = effect(() => {
      void grown.value;
      plot.show(timeline, view.value);
    });
    return () => (stop(), plot.end());
  }, [look]);
  return (
    <section class="card chart" aria-labelledby={heading}>
      <div class="row spread">
        <h3 id={heading}>{title}</h3>
        {note !== undefined && <span class="soft">{note}</span>}
      </div>
      <Legend lines={lines} timeline={timeline} index={pointed.value} />
      <div ref={box} class="plot" aria-hidden="true" />
      <div class="row">
        <button type="button" class="plain small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {say(open ? 'figures_hide' : 'figures_show')}
          <span class="unseen"> {title}</span>
        </button>
      </div>
      {open && <Figures title={title} lines={lines} timeline={timeline} />}
    </section>
  );
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly timeline: Timeline;
}

/** What each line is, and its number: where the cursor points, or the latest. */
function Legend({ lines, timeline, index }: LinesProps & { readonly index: number | null }) {
  void grown.value;
  const at = index === null ? -1 : index;
  return (
    <ul class="legend figure">
      {lines.map(({ name, label, unit, colour, dash }) => (
        <li key={name} data-figure={name}>
          <svg viewBox="0 0 26 10" aria-hidden="true">
            <line x1={0} x2={26} y1={5} y2={5} stroke-dasharray={dash?.join(' ')} style={{ stroke: colour }} />
          </svg>
          <span class="soft">{label}</span> <strong>{inUnit(timeline.column(name).at(at), unit)}</strong>
        </li>
      ))}
      {index !== null && <li class="soft">{timeOfDay(timeline.times[index] ?? 0)}</li>}
    </ul>
  );
}

const ROWS = 12;

/** The chart in numbers: moments evenly over what is shown, latest first. */
function Figures({ title, lines, timeline }: LinesProps & { readonly title: string }) {
  void grown.value;
  const { from, to } = view.value;
  const first = firstAtOrAfter(timeline.times, from);
  const end = firstAtOrAfter(timeline.times, to + 1);
  const step = Math.max(1, (end - first - 1) / (ROWS - 1));
  const places = new Set<number>();
  for (let place = end - 1; place > first - 0.5 && places.size < ROWS; place -= step) places.add(Math.round(place));
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={say('figures_of', { title })}>
      <table class="figure">
        <caption class="unseen">{say('figures_of', { title })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('figures_time')}</th>
            {lines.map(({ name, label }) => (
              <th key={name} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...places].map((place) => (
            <tr key={place}>
              <th scope="row">{timeOfDay(timeline.times[place] ?? 0)}</th>
              {lines.map(({ name, unit }) => (
                <td key={name} class="number">
                  {inUnit(timeline.column(name)[place], unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
