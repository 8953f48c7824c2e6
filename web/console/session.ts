/** Who is signed in to the console, and calls of the API in that name. */
import { computed, signal } from '@preact/signals';
import { apiOf } from '../common/api.ts';
import { signIn } from '../common/person.ts';

const signedIn = signIn('console');

/** Who is signed in; null: nobody. */
export const person = signedIn.person;

/** The service did not take the token any more. */
export const ended = signal(false);

/** Whether who is signed in may look at the console at all. */
export const mayLook = computed(() => has('support') || has('admin'));
/** Whether who is signed in may change the cluster. */
export const isAdmin = computed(() => has('admin'));

function has(role: string): boolean {
  return person.value?.roles.includes(role) ?? false;
}

/** @throws Error when the text is no token */
export function enter(token: string): void {
  signedIn.take(token);
  ended.value = false;
}

export function leave(): void {
  signedIn.leave();
}

/** The service refuses the token: nothing can be seen with it any more. */
export function refused(): void {
  if (person.value === null) return;
  signedIn.leave();
  ended.value = true;
}

export const api = apiOf({ token: () => person.value?.token ?? null, unauthenticated: refused });
