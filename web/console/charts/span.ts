/** Which stretch of time all charts show: the last minutes or hours as they go on, or one that somebody looks at closely. */
import { computed, signal } from '@preact/signals';
import { figures, grown } from '../feed.ts';
import { KEPT_MS } from './timeline.ts';

export const SPANS = { '10m': 10 * 60_000, '1h': 3_600_000, '6h': KEPT_MS } as const;
export type Span = keyof typeof SPANS;
export const SPAN_NAMES = Object.keys(SPANS) as readonly Span[];

export interface Stretch {
  /** Ms since the Unix epoch. */
  readonly from: number;
  readonly to: number;
}

const SHORTEST_MS = 20_000;

export const span = signal<Span>('10m');
/** What is looked at closely; null: the last {@link span}. */
export const zoom = signal<Stretch | null>(null);

/** The latest that is known, by the clock of the cluster. */
const newest = computed(() => (grown.value, figures.last ?? Date.now()));
export const view = computed<Stretch>(() => zoom.value ?? { from: newest.value - SPANS[span.value], to: newest.value });

export function choose(next: Span): void {
  span.value = next;
  zoom.value = null;
}

export function back(): void {
  zoom.value = null;
}

export function zoomTo(from: number, to: number): void {
  const width = Math.min(KEPT_MS, Math.max(SHORTEST_MS, to - from));
  const middle = (from + to) / 2;
  const end = Math.min(newest.peek(), Math.max(newest.peek() - KEPT_MS + width, middle + width / 2));
  zoom.value = { from: end - width, to: end };
}

/** @param factor below 1: closer */
export function zoomBy(factor: number): void {
  const { from, to } = view.peek();
  const [middle, half] = [(from + to) / 2, ((to - from) / 2) * factor];
  zoomTo(middle - half, middle + half);
}

/** @param share of what is shown; below 0: earlier */
export function moveBy(share: number): void {
  const { from, to } = view.peek();
  const step = (to - from) * share;
  zoomTo(from + step, to + step);
}
