/** How shards travel on the ring: from where they stood to where they belong, each lifted out of the ring on its way. */
import { arc, type RingLayout } from './ring-layout.ts';

/** One travels so long; the last leaves so much later than the first. */
const TRAVEL_MS = 1_000;
const LEAVE_MS = 500;
const RADIUS = 150;
const LIFT = 28;
/** Below this a segment is too narrow to be seen by itself: neighbours become one arc. */
const VISIBLE = 2.4;

/** At which radii, beside the ring's own, an owner's segments are drawn: owners differ in pattern, not only in colour. */
export const PATTERNS = [
  { offsets: [0], stroke: 34 },
  { offsets: [-9.5, 9.5], stroke: 15 },
  { offsets: [-12.5, 0, 12.5], stroke: 9 },
  { offsets: [-6, 14], stroke: 6 },
] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface Painted {
  readonly layout: RingLayout;
  /** Of each shard who holds it; null: nobody. */
  readonly owners: readonly (string | null)[];
}

export class RingMotion {
  #now: Painted | null = null;
  #before: readonly (string | null)[] = [];
  #from: Float64Array = new Float64Array();
  #beganAt = -Infinity;

  /** @param at ms, of any clock that goes on */
  show(next: Painted, at: number, animated: boolean): void {
    const from = this.#now?.owners.length === next.owners.length ? this.#angles(at) : null;
    this.#before = this.#now?.owners ?? next.owners;
    this.#from = from ?? next.layout.angles;
    this.#beganAt = animated && from !== null ? at : -Infinity;
    this.#now = next;
  }

  isMoving(at: number): boolean {
    return at - this.#beganAt < TRAVEL_MS + LEAVE_MS;
  }

  /** What to draw for each owner; '' is nobody. */
  paths(at: number, patternOf: (owner: string) => Pattern): ReadonlyMap<string, string> {
    if (this.#now === null) return new Map();
    return this.isMoving(at) ? this.#travelling(this.#now, at, patternOf) : resting(this.#now, patternOf);
  }

  #angles(at: number): Float64Array {
    const to = this.#now?.layout.angles ?? new Float64Array();
    return this.isMoving(at) ? to.map((angle, shard) => this.#angle(angle, shard, at)) : to;
  }

  #angle(to: number, shard: number, at: number): number {
    const from = this.#from[shard] ?? to;
    return from + shorter(to - from) * eased(this.#progress(shard, at));
  }

  /** From 0 to 1. What only makes room goes at once. */
  #progress(shard: number, at: number): number {
    const leaves = this.#moves(shard) ? (LEAVE_MS * ((shard * 37) % 64)) / 64 : 0;
    return Math.min(1, Math.max(0, (at - this.#beganAt - leaves) / TRAVEL_MS));
  }

  #moves(shard: number): boolean {
    return this.#before[shard] !== this.#now?.owners[shard];
  }

  #travelling({ layout, owners }: Painted, at: number, patternOf: (owner: string) => Pattern) {
    const pieces = new Map<string, string[]>();
    const half = (layout.width / 2) * 0.9;
    layout.angles.forEach((to, shard) => {
      const moves = this.#moves(shard);
      const progress = this.#progress(shard, at);
      const owner = (moves && progress < 0.5 ? this.#before[shard] : owners[shard]) ?? '';
      const radius = RADIUS + (moves ? LIFT * Math.sin(Math.PI * progress) : 0);
      const angle = this.#angle(to, shard, at);
      add(pieces, owner, angle - half, angle + half, radius, patternOf(owner));
    });
    return joined(pieces);
  }
}

/** One arc for all neighbours of one owner, unless there is room to see each. */
function resting({ layout, owners }: Painted, patternOf: (owner: string) => Pattern): ReadonlyMap<string, string> {
  const pieces = new Map<string, string[]>();
  const { angles, order, width } = layout;
  const apart = width * RADIUS >= VISIBLE;
  let begin = 0;
  order.forEach((shard, index) => {
    const next = order[index + 1];
    const [angle, after] = [angles[shard] ?? 0, angles[next ?? -1] ?? Infinity];
    const owner = owners[shard] ?? '';
    const goesOn = !apart && next !== undefined && (owners[next] ?? '') === owner && after - angle < 1.5 * width;
    if (goesOn) return;
    const [from, to] = [(angles[order[begin] ?? 0] ?? 0) - width / 2, angle + width / 2];
    const inset = apart ? Math.min(width * 0.12, 0.6 / RADIUS) : 0;
    add(pieces, owner, from + inset, to - inset, RADIUS, patternOf(owner));
    begin = index + 1;
  });
  return joined(pieces);
}

function add(
  pieces: Map<string, string[]>,
  owner: string,
  from: number,
  to: number,
  radius: number,
  { offsets }: Pattern,
): void {
  const list = pieces.get(owner) ?? [];
  for (const offset of offsets) list.push(arc(from, to, radius + offset));
  pieces.set(owner, list);
}

function joined(pieces: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  return new Map(Array.from(pieces, ([owner, list]) => [owner, list.join('')]));
}

/** The shorter way around. */
function shorter(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

function eased(progress: number): number {
  return progress < 0.5 ? 4 * progress ** 3 : 1 - (2 - 2 * progress) ** 3 / 2;
}
