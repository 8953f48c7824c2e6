import { useEffect, useRef } from 'preact/hooks';
import { number } from '../../common/locale.ts';
import { pulse, shards } from '../feed.ts';
import { say } from '../words.ts';
import { colourOf, engines, homes, owners, patternOf, type Engine } from './engines.ts';
import { pointAt, ringLayout, type Sector } from './ring-layout.ts';
import { RingMotion } from './ring-motion.ts';
import { StateMark } from './state.tsx';

const [WIDTH, HEIGHT] = [640, 490];
const DOT_AT = 200;
const LABEL_AT = 222;
/** With more of them, names would stand upon each other: the list beside the ring has them. */
const MOST_LABELS = 12;
const MOST_DETAILED = 6;

/** The ring of shards. For eyes only: the list of engines and the table of nodes say the same. */
export function Ring() {
  const list = engines.value;
  const layout = ringLayout(
    list.map(({ name }) => name),
    homes.value,
  );
  const names = [...list.map(({ name }) => name), ''];
  const drawing = useRef<SVGGElement>(null);
  const motion = useRef(new RingMotion());
  useEffect(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    motion.current.show({ layout, owners: owners.value }, performance.now(), !still);
    return draw(drawing.current, motion.current);
  }, [homes.value, owners.value, names.join()]);
  return (
    <div class="ring" role="img" aria-label={inWords(list)}>
      <div class="ring-drawing" aria-hidden="true">
        <svg viewBox={`${-WIDTH / 2} ${-HEIGHT / 2} ${WIDTH} ${HEIGHT}`}>
          <g ref={drawing}>
            {names.map((name) => (
              <path
                key={name}
                data-engine={name}
                fill="none"
                style={{ stroke: colourOf(name), strokeWidth: patternOf(name).stroke }}
              />
            ))}
          </g>
          {list.map((engine) => (
            <Dot
              key={engine.name}
              engine={engine}
              sector={layout.sectors.find(({ engine: name }) => name === engine.name)}
            />
          ))}
        </svg>
        {list.length <= MOST_LABELS &&
          list.map((engine) => (
            <Label
              key={engine.name}
              engine={engine}
              sector={layout.sectors.find(({ engine: name }) => name === engine.name)}
              detailed={list.length <= MOST_DETAILED}
            />
          ))}
        <Middle />
      </div>
    </div>
  );
}

/** Draws until nothing moves any more, or until it is told to leave. */
function draw(group: SVGGElement | null, motion: RingMotion): () => void {
  let frame = 0;
  const paint = (): void => {
    const at = performance.now();
    const paths = motion.paths(at, patternOf);
    for (const path of group?.querySelectorAll<SVGPathElement>('path') ?? []) {
      path.setAttribute('d', paths.get(path.dataset['engine'] ?? '') ?? '');
    }
    if (motion.isMoving(at)) frame = requestAnimationFrame(paint);
  };
  paint();
  return () => cancelAnimationFrame(frame);
}

function middleOf(sector: Sector | undefined): number {
  return sector === undefined ? 0 : (sector.from + sector.to) / 2;
}

function Dot({ engine, sector }: { engine: Engine; sector: Sector | undefined }) {
  const at = middleOf(sector);
  const { x, y } = pointAt(at, DOT_AT);
  const inner = pointAt(at, DOT_AT - 12);
  const edge = pointAt(at, 170);
  return (
    <g class={`dot ${engine.state ?? ''}`} style={{ stroke: colourOf(engine.name) }}>
      {engine.shards > 0 && <line x1={inner.x} y1={inner.y} x2={edge.x} y2={edge.y} />}
      <circle cx={x} cy={y} r={12} />
      <text x={x} y={y} dy="0.35em">
        {engine.index + 1}
      </text>
      {engine.state === 'lost' && <path d={`M${x - 13} ${y - 13}l26 26m0 -26l-26 26`} />}
    </g>
  );
}

function Label({ engine, sector, detailed }: { engine: Engine; sector: Sector | undefined; detailed: boolean }) {
  const { x, y } = pointAt(middleOf(sector), LABEL_AT);
  const side = x > 60 ? 'right' : x < -60 ? 'left' : y < 0 ? 'top' : 'bottom';
  const at = { left: `${(x / WIDTH + 0.5) * 100}%`, top: `${(y / HEIGHT + 0.5) * 100}%` };
  return (
    <div class={`ring-label ${side} figure`} style={at}>
      <strong>{engine.name}</strong>
      {engine.state !== null && engine.state !== 'up' && <StateMark state={engine.state} />}
      {detailed && <span>{say('count_shards', { count: engine.shards })}</span>}
      {detailed && engine.load?.live_sessions !== undefined && (
        <span>{say('count_sessions', { count: engine.load.live_sessions })}</span>
      )}
      {detailed && engine.load?.heartbeats_per_second !== undefined && (
        <span>{say('beats_per_second', { value: number(engine.load.heartbeats_per_second, 1) })}</span>
      )}
    </div>
  );
}

function Middle() {
  const told = pulse.value?.figures.live_sessions ?? null;
  const sessions = told === null ? null : Math.round(told);
  const moving = shards.value?.moving.length ?? 0;
  return (
    <div class="ring-middle figure">
      <strong>{sessions === null ? '–' : number(sessions)}</strong>
      <span>{say('live_sessions_word', { count: sessions ?? 0 })}</span>
      <span class={moving > 0 ? 'warn' : 'soft'}>
        {moving > 0 ? say('ring_moving', { count: moving }) : say('ring_settled')}
      </span>
    </div>
  );
}

function inWords(list: readonly Engine[]): string {
  const nobody = owners.value.filter((owner) => owner === null).length;
  const parts = list.map(({ name, shards: count }) => say('ring_part', { engine: name, count }));
  return say('ring_words', {
    shards: say('count_shards', { count: owners.value.length }),
    engines: say('count_engines', { count: list.length }),
    parts: [...parts, ...(nobody > 0 ? [say('ring_nobody', { count: nobody })] : [])].join(', '),
  });
}
