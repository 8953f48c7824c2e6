/** A second passed: what grows while a game is played is drawn again. Nothing ticks while nothing does. */
import { computed, effect, signal } from '@preact/signals';
import { elsewhere, here } from './sessions.ts';

const TICK_MS = 500;
const ticks = signal(0);

const plays = computed(
  () => elsewhere.value.length > 0 || here.value.some(({ state }) => state.value.phase !== 'ended'),
);

effect(() => {
  if (!plays.value) return undefined;
  const timer = setInterval(() => (ticks.value += 1), TICK_MS);
  return () => clearInterval(timer);
});

/** To be read by whoever shows what grows. */
export function everyTick(): number {
  return ticks.value;
}
