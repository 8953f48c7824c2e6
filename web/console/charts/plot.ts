/** One chart as uPlot draws it: lines over time, gaps where nobody knew, and a cursor that all charts share. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { minuteOfDay, timeOfDay } from '../../common/locale.ts';
import { back, zoomTo, type Stretch } from './span.ts';
import type { Timeline } from './timeline.ts';
import { inUnit, type Unit } from './units.ts';

export interface Line {
  /** In the timeline. */
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  /** A colour of the page's style: `var(--accent)`. */
  readonly colour: string;
  /** Lengths of strokes and gaps: lines differ in more than colour. */
  readonly dash?: readonly number[];
  /** Its numbers stand to the right, for they are of another unit. */
  readonly right?: true;
}

export interface Plot {
  show(timeline: Timeline, stretch: Stretch): void;
  end(): void;
}

const HEIGHT = 190;
const AXIS_WIDTH = 66;
const SHORTEST_DRAG = 5;

/** @param pointed hears at which place of the timeline the cursor is; null: nowhere */
export function plotIn(box: HTMLElement, lines: readonly Line[], pointed: (index: number | null) => void): Plot {
  const ink = resolved(box, 'var(--soft)');
  const grid = resolved(box, 'var(--line)');
  const plot = new uPlot(
    {
      width: Math.max(100, box.clientWidth),
      height: HEIGHT,
      ms: 1,
      legend: { show: false },
      scales: { x: { time: true }, left: { range: fromZero }, right: { range: fromZero } },
      series: [{}, ...lines.map((line) => seriesOf(box, line))],
      axes: [
        {
          stroke: ink,
          grid: { stroke: grid, width: 1 },
          ticks: { stroke: grid, width: 1 },
          space: 66,
          size: 32,
          values: times,
        },
        valueAxis(lines, 'left', ink, grid),
        ...(lines.some(({ right }) => right) ? [valueAxis(lines, 'right', ink, grid)] : []),
      ],
      cursor: {
        y: false,
        // What is pointed at is shared, and not the dragging: all would look closer, each at what the last has left.
        sync: { key: 'cluster', filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => () => (back(), null) },
      },
      hooks: { setCursor: [(self) => pointed(self.cursor.idx ?? null)], setSelect: [lookCloser] },
    },
    [[], ...lines.map(() => [])],
    box,
  );
  const resizing = new ResizeObserver(() => plot.setSize({ width: Math.max(100, box.clientWidth), height: HEIGHT }));
  resizing.observe(box);
  return {
    show(timeline, { from, to }) {
      const columns = lines.map(({ name }) => timeline.column(name));
      plot.batch(() => {
        // uPlot reads what it is given, and says otherwise in its types.
        plot.setData([timeline.times as number[], ...(columns as (number | null)[][])], false);
        plot.setScale('x', { min: from, max: to });
      });
    },
    end() {
      resizing.disconnect();
      plot.destroy();
    },
  };
}

function seriesOf(box: HTMLElement, { label, colour, dash, right }: Line): uPlot.Series {
  return {
    label,
    scale: right === true ? 'right' : 'left',
    stroke: resolved(box, colour),
    width: 2,
    points: { show: true, size: 4, filter: lonely },
    ...(dash === undefined ? {} : { dash: [...dash] }),
  };
}

function valueAxis(lines: readonly Line[], scale: 'left' | 'right', ink: string, grid: string): uPlot.Axis {
  const unit = lines.find(({ right }) => (right === true) === (scale === 'right'))?.unit ?? 'count';
  return {
    scale,
    side: scale === 'left' ? 3 : 1,
    stroke: ink,
    size: AXIS_WIDTH,
    space: 34,
    grid: scale === 'left' ? { stroke: grid, width: 1 } : { show: false },
    ticks: { stroke: grid, width: 1 },
    values: (_, splits) => splits.map((value) => inUnit(value, unit)),
  };
}

/** No line goes through a number between two that nobody knows: it is drawn as a point. */
function lonely(plot: uPlot, place: number): number[] {
  const numbers = plot.data[place] ?? [];
  const known = (index: number): boolean => typeof numbers[index] === 'number';
  return Array.from(numbers.keys()).filter((index) => known(index) && !known(index - 1) && !known(index + 1));
}

/** Figures are never below nothing, and what hardly moves must not look wild. */
function fromZero(_: uPlot, __: number, max: number | null): uPlot.Range.MinMax {
  return [0, max === null || max <= 0 ? 4 : max * 1.1];
}

function times(_: uPlot, splits: number[], __: number, ___: number, step: number): string[] {
  // What is a hair before the minute is the minute.
  return splits.map((at) => (step < 60_000 ? timeOfDay : minuteOfDay)(Math.round(at / 1_000) * 1_000));
}

function lookCloser(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width < SHORTEST_DRAG) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoomTo(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
}

/** A colour of the style as the canvas takes it. */
function resolved(box: HTMLElement, colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
