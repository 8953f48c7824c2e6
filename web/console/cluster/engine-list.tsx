import { number } from '../../common/locale.ts';
import { say } from '../words.ts';
import { colourOf, engines, owners, patternOf, type Engine } from './engines.ts';
import { StateMark } from './state.tsx';

/** The engines in words: what the colours and patterns of the ring mean. */
export function EngineList() {
  const nobody = owners.value.filter((owner) => owner === null).length;
  return (
    <ul class="engines" aria-label={say('engines')}>
      {engines.value.map((engine) => (
        <Entry key={engine.name} engine={engine} />
      ))}
      {nobody > 0 && (
        <li>
          <Swatch engine="" />
          <strong class="bad">{say('nobody')}</strong>
          <span class="figure engine-load">{say('count_shards', { count: nobody })}</span>
        </li>
      )}
    </ul>
  );
}

function Entry({ engine: { name, index, state, shards, load } }: { engine: Engine }) {
  const parts = [
    say('count_shards', { count: shards }),
    ...(load?.live_sessions === undefined ? [] : [say('count_sessions', { count: load.live_sessions })]),
    ...(load?.heartbeats_per_second === undefined
      ? []
      : [say('beats_per_second', { value: number(load.heartbeats_per_second, 1) })]),
  ];
  return (
    <li data-engine={name}>
      <Swatch engine={name} number={index + 1} />
      <strong class="breaks">{name}</strong>
      {state !== null && <StateMark state={state} />}
      <span class="figure engine-load soft">{parts.join(' · ')}</span>
    </li>
  );
}

const BANDS = 2.2;

function Swatch({ engine, number: count }: { engine: string; number?: number }) {
  const { offsets, stroke } = patternOf(engine);
  return (
    <svg class="swatch" viewBox="0 0 34 20" aria-hidden="true">
      {offsets.map((offset) => (
        <line
          key={offset}
          x1={22}
          x2={34}
          y1={10 + offset / BANDS}
          y2={10 + offset / BANDS}
          style={{ stroke: colourOf(engine), strokeWidth: stroke / BANDS }}
        />
      ))}
      {count !== undefined && (
        <g class="dot" style={{ stroke: colourOf(engine) }}>
          <circle cx={10} cy={10} r={8.5} />
          <text x={10} y={10} dy="0.35em">
            {count}
          </text>
        </g>
      )}
    </svg>
  );
}
