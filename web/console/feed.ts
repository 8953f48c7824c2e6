/**
 * What the console knows of the cluster: fed by one event stream for as long as somebody is signed in.
 *
 * Everything here is as it was when the feed last spoke; {@link liveness} says whether that is now.
 */
import { computed, signal } from '@preact/signals';
import { API, type Refused } from '../common/api.ts';
import { openEventStream, type StreamState } from '../common/event-stream.ts';
import { FIGURES } from '../../lib/contract/console-figures.ts';
import type { ConsoleEvent, HelloEvent, NodesEvent, PulseEvent, ShardsEvent } from '../../lib/contract/console.ts';
import { Timeline } from './charts/timeline.ts';
import { noteNodes, noteShards } from './changes.ts';
import { person, refused } from './session.ts';

/** Without a pulse for so many intervals nothing is called live any more. */
const SILENT_INTERVALS = 4;

export const hello = signal<HelloEvent | null>(null);
export const nodes = signal<NodesEvent['nodes']>([]);
export const shards = signal<ShardsEvent | null>(null);
export const pulse = signal<PulseEvent | null>(null);

const UNITS: Readonly<Record<string, { readonly unit: string } | undefined>> = FIGURES;
const isDuration = (name: string): boolean => UNITS[name]?.unit === 'ms';

/** Of the whole cluster, by figure. Of durations that become one the worst is kept: a peak is what one looks for. */
export const figures = new Timeline((name) => (isDuration(name) ? 'worst' : 'mean'));
/** Busy processors of each node, since the page was opened. */
export const busy = new Timeline();
/** Rises with every change of the timelines. */
export const grown = signal(0);

const state = signal<StreamState>('connecting');
const silent = signal(false);
/** When the feed last spoke, by the clock of this machine. */
export const heardAt = signal<number | null>(null);
/** The service does not let us watch; why. */
export const refusal = signal<Refused | null>(null);

export type Liveness = StreamState | 'silent' | 'refused';
export const liveness = computed<Liveness>(() => {
  if (refusal.value !== null) return 'refused';
  return state.value === 'live' && silent.value ? 'silent' : state.value;
});

let close: (() => void) | null = null;
let silence: ReturnType<typeof setTimeout> | undefined;

export function openFeed(): void {
  closeFeed();
  refusal.value = null;
  close = openEventStream({
    url: `${API}/admin/console/stream`,
    token: () => person.value?.token ?? null,
    onEvent: (event, data) => take({ event, data } as ConsoleEvent),
    onState: (next) => {
      state.value = next;
      if (next === 'live') heard();
    },
    onRefused: (why) => {
      refusal.value = why;
      if (why.status === 401) refused();
    },
  });
}

export function closeFeed(): void {
  close?.();
  close = null;
  clearTimeout(silence);
  state.value = 'connecting';
}

function take({ event, data }: ConsoleEvent): void {
  heard();
  switch (event) {
    case 'hello':
      hello.value = data;
      break;
    case 'history':
      figures.replace(data.from, data.step_ms, data.series);
      grown.value += 1;
      break;
    case 'nodes':
      noteNodes(nodes.value, data.nodes);
      nodes.value = data.nodes;
      break;
    case 'shards':
      noteShards(shards.value, data);
      shards.value = data;
      break;
    case 'pulse':
      figures.add(data.at, data.figures);
      busy.add(data.at, Object.fromEntries(Object.entries(data.nodes).map(([node, { cpu }]) => [node, cpu])));
      pulse.value = data;
      grown.value += 1;
      break;
    default:
      // A newer gateway may say more than this page knows of.
      break;
  }
}

function heard(): void {
  heardAt.value = Date.now();
  silent.value = false;
  clearTimeout(silence);
  silence = setTimeout(() => (silent.value = true), SILENT_INTERVALS * (hello.value?.interval_ms ?? 2_000));
}
