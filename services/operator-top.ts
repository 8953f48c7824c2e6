/** What operators type to see who keeps the engines busy: `top`. */
import {
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { engineNodes } from './operator-nodes.ts';
import { BUSIEST, LONGEST_SAMPLE_MS, type Busy, type EngineSample } from './turn-sampler.ts';
import { LibraryError } from '../lib/errors.ts';

interface Sampled extends EngineSample {
  readonly nodeID: string;
}

const VIEWS = ['nodes', 'shards', 'users'] as const;
type View = (typeof VIEWS)[number];

async function top({ broker }: OperatorContext, { words, wholes }: OperatorInput): Promise<Table> {
  const view = mustBeView(words['what'] ?? 'nodes');
  const ms = (wholes['seconds'] ?? 1) * 1_000;
  const samples = await Promise.all(
    engineNodes(broker).map(async (nodeID): Promise<Sampled> => {
      const sample = await broker.call<EngineSample, object>('engine.sample', { ms }, { nodeID, timeout: ms + 5_000 });
      return { ...sample, nodeID };
    }),
  );
  const sum = (pick: (sample: Sampled) => number): number => samples.reduce((total, sample) => total + pick(sample), 0);
  const foot = `${rate(sum(perSecond('heartbeats')))} heartbeats/s, ${rate(sum(perSecond('turns')))} turns/s on ${samples.length} engines`;
  return view === 'nodes' ? byNode(samples, foot) : byBusiest(samples, view, wholes['limit'] ?? BUSIEST, foot);
}

function byNode(samples: readonly Sampled[], foot: string): Table {
  return {
    head: ['node', 'heartbeats/s', 'turns/s', 'p50 ms', 'p99 ms', 'waiting for a commit'],
    rows: samples
      .toSorted((a, b) => b.turns - a.turns)
      .map((sample) => [
        sample.nodeID,
        rate(perSecond('heartbeats')(sample)),
        rate(perSecond('turns')(sample)),
        sample.p50Ms ?? '-',
        sample.p99Ms ?? '-',
        sample.queue,
      ]),
    foot,
  };
}

function byBusiest(samples: readonly Sampled[], view: 'shards' | 'users', limit: number, foot: string): Table {
  const all = samples.flatMap(({ nodeID, ms, [view]: busy }) => busy.map((one: Busy) => ({ ...one, nodeID, ms })));
  return {
    head: [view === 'shards' ? 'shard' : 'user', 'node', 'heartbeats/s', 'turns/s'],
    rows: all
      .toSorted((a, b) => b.turns / b.ms - a.turns / a.ms)
      .slice(0, limit)
      .map((one) => [one.id, one.nodeID, rate(perSecond('heartbeats')(one)), rate(perSecond('turns')(one))]),
    foot,
  };
}

function perSecond(what: 'turns' | 'heartbeats') {
  return (counted: { readonly ms: number; readonly turns: number; readonly heartbeats: number }): number =>
    (counted[what] * 1_000) / counted.ms;
}

function rate(perSecondNow: number): string {
  return perSecondNow.toFixed(1);
}

function mustBeView(text: string): View {
  const view = VIEWS.find((candidate) => candidate === text);
  if (view === undefined) throw new LibraryError('VALIDATION_ERROR', `top takes ${VIEWS.join(', ')}, not ${text}`);
  return view;
}

export const TOP_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'top',
    summary: 'The busiest engines, shards or users',
    manual:
      'Looks on for a second (--seconds) at what every engine is asked: heartbeats and all other commands (turns) a second, ' +
      'and from the arrival of a command to its answer, commit included (p50, p99). Engines that nobody watches count nothing. ' +
      'A user with more than a few turns a second is no launcher: see `user <id>`, `figures library.limits`.',
    arguments: [{ name: 'what', required: false, means: `${VIEWS.join(', ')}; nodes if it is left out` }],
    options: {
      seconds: { kind: 'whole', means: 'how long to look on', min: 1, max: LONGEST_SAMPLE_MS / 1_000, default: 1 },
      limit: { kind: 'whole', means: 'how many shards or users', min: 1, max: BUSIEST, default: 20 },
    },
    examples: ['top', 'top users --limit 5', 'top nodes --watch'],
    changes: NEVER,
    run: top,
  },
];
