/**
 * Which view is shown: what stands behind `#` in the address. It never reaches a server, so ids of users are in no log,
 * and views can be linked to, gone back to and reloaded.
 */
import { computed, signal } from '@preact/signals';

const fragment = signal(location.hash);
addEventListener('hashchange', () => {
  fragment.value = location.hash;
});

/** The steps of `#/users/42` are `['users', '42']`. */
export const route = computed<readonly string[]>(() =>
  fragment.value
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .map(decoded),
);

/** The address of a view, for links. */
export function to(...steps: readonly string[]): string {
  return `#/${steps.map(encodeURIComponent).join('/')}`;
}

export function go(...steps: readonly string[]): void {
  location.hash = to(...steps);
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
