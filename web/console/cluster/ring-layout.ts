/**
 * Where everything stands on the ring of shards. Each engine has a sector as wide as what it holds; within it its shards
 * stand by number. An engine that holds none keeps a small place.
 *
 * Angles are radians, clockwise from the top; lengths are units of the drawing.
 */

/** Empty space between two sectors. */
const GAP = 0.06;
/** For an engine that holds nothing. */
const EMPTY = 0.16;
const FULL = 2 * Math.PI;

export interface Sector {
  /** The engine; empty: shards that never had one while somebody looked. */
  readonly engine: string;
  readonly from: number;
  readonly to: number;
}

export interface RingLayout {
  readonly sectors: readonly Sector[];
  /** The middle of each shard, by its number. */
  readonly angles: Float64Array;
  /** Of one shard. */
  readonly width: number;
  /** Shards in the order in which they stand. */
  readonly order: readonly number[];
}

/**
 * @param engines in the order in which they stand
 * @param homes of each shard the engine in whose sector it stands; one that is not among `engines` stands in a sector
 * without a name, at the end
 */
export function ringLayout(engines: readonly string[], homes: readonly string[]): RingLayout {
  const shardsOf = new Map<string, number[]>(engines.map((engine) => [engine, []]));
  homes.forEach((home, shard) => {
    const name = shardsOf.has(home) ? home : '';
    const shards = shardsOf.get(name);
    if (shards === undefined) shardsOf.set(name, [shard]);
    else shards.push(shard);
  });
  const gap = shardsOf.size > 1 ? Math.min(GAP, 1 / shardsOf.size) : 0;
  const empty = [...shardsOf.values()].filter((shards) => shards.length === 0).length;
  const place = Math.min(EMPTY, FULL / 2 / Math.max(1, shardsOf.size));
  const width = homes.length === 0 ? 0 : (FULL - gap * shardsOf.size - place * empty) / homes.length;
  const angles = new Float64Array(homes.length);
  const sectors: Sector[] = [];
  let at = gap / 2;
  for (const [engine, shards] of shardsOf) {
    const to = at + (shards.length === 0 ? place : shards.length * width);
    shards.forEach((shard, index) => (angles[shard] = at + (index + 0.5) * width));
    sectors.push({ engine, from: at, to });
    at = to + gap;
  }
  return { sectors, angles, width, order: [...shardsOf.values()].flat() };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function pointAt(angle: number, radius: number): Point {
  return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
}

/** An arc along the ring, as a piece of an SVG path. */
export function arc(from: number, to: number, radius: number): string {
  // A whole circle has no direction: it is drawn as two halves.
  if (to - from > FULL - 1e-6)
    return arc(from, from + FULL / 2, radius) + arc(from + FULL / 2, from + FULL - 1e-5, radius);
  const [a, b] = [pointAt(from, radius), pointAt(to, radius)];
  const large = to - from > Math.PI ? 1 : 0;
  return `M${short(a.x)} ${short(a.y)}A${radius} ${radius} 0 ${large} 1 ${short(b.x)} ${short(b.y)}`;
}

function short(length: number): string {
  return length.toFixed(2);
}
