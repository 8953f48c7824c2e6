/** The engines as the ring shows them: each with a colour, a pattern and a number of its own for as long as the page is open. */
import { computed, effect, signal } from '@preact/signals';
import type { ConsoleNode, NodePulse, NodeState } from '../../../lib/contract/console.ts';
import { nodes, pulse, shards } from '../feed.ts';
import { PATTERNS, type Pattern } from './ring-motion.ts';

/** As many as `cluster.css` has: `--engine-0` and on. */
export const COLOURS = 8;

export interface Engine {
  readonly name: string;
  /** From 0, in the order in which they were first seen. */
  readonly index: number;
  /** Null: only shards speak of it. */
  readonly state: NodeState | null;
  readonly shards: number;
  readonly load: NodePulse | null;
}

const places = new Map<string, number>();

/** Who was first stays first: nobody changes colour because somebody else came. */
export function placeOf(engine: string): number {
  const known = places.get(engine);
  if (known !== undefined) return known;
  places.set(engine, places.size);
  return places.size - 1;
}

export function colourOf(engine: string): string {
  return engine === '' ? 'var(--bad)' : `var(--engine-${placeOf(engine) % COLOURS})`;
}

const others = new Map<string, number>();

/** Nodes that are no engines take what is left, from the other end. */
export function lookOf(node: string): { readonly colour: string; readonly place: number } {
  if (places.has(node)) return { colour: colourOf(node), place: placeOf(node) };
  const place = others.get(node) ?? others.size;
  others.set(node, place);
  return { colour: `var(--engine-${COLOURS - 1 - (place % COLOURS)})`, place: place + 1 };
}

/** A pattern of its own for those who share a colour; neighbours differ in it, too. */
export function patternOf(engine: string): Pattern {
  if (engine === '') return PATTERNS[3];
  const place = placeOf(engine);
  return PATTERNS[(place + Math.floor(place / COLOURS)) % 3] ?? PATTERNS[0];
}

const byName = new Intl.Collator('en', { numeric: true });

export const engines = computed<readonly Engine[]>(() => {
  const held = new Map<string, number>();
  const { engines: holders = [], owners = [] } = shards.value ?? {};
  for (const holder of holders) held.set(holder, 0);
  for (const owner of owners) {
    const holder = holders[owner];
    if (holder !== undefined) held.set(holder, (held.get(holder) ?? 0) + 1);
  }
  const known = new Map(nodes.value.filter(isEngine).map((node) => [node.node, node.state]));
  return [...new Set([...known.keys(), ...held.keys()])].toSorted(byName.compare).map((name) => ({
    name,
    index: placeOf(name),
    state: known.get(name) ?? null,
    shards: held.get(name) ?? 0,
    load: pulse.value?.nodes[name] ?? null,
  }));
});

export function isEngine({ roles }: Pick<ConsoleNode, 'roles'>): boolean {
  return roles.includes('engine');
}

/** Of each shard who holds it. */
export const owners = computed<readonly (string | null)[]>(() => {
  const { engines: holders = [], owners: held = [] } = shards.value ?? {};
  return held.map((owner) => holders[owner] ?? null);
});

/** Of each shard who held it last: there it stands until somebody takes it. */
export const homes = signal<readonly string[]>([]);
effect(() => {
  const before = homes.peek();
  homes.value = owners.value.map((owner, shard) => owner ?? before[shard] ?? '');
});
