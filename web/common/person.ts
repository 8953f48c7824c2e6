/** Who is signed in to this page: a token, kept for as long as the tab is open. */
import { computed, signal } from '@preact/signals';

export interface Person {
  readonly token: string;
  readonly userId: string;
  readonly roles: readonly string[];
  /** Ms since the Unix epoch. */
  readonly endsAt: number;
}

/** One of the accounts of a product that runs for trying it out (`POST /demo/tokens`). */
export type DemoAccount = 'player' | 'friend' | 'operator' | 'support' | 'shop';

/**
 * Reads who a token is of. Nothing is verified here: the service does that with every call.
 *
 * @throws Error unless it is a JWT with `sub` and `exp`
 */
export function personOf(token: string): Person {
  const claims = JSON.parse(base64url(token.split('.')[1] ?? '')) as Readonly<Record<string, unknown>>;
  const { sub, exp, roles } = claims;
  if (typeof sub !== 'string' || typeof exp !== 'number') throw new Error('This is no token of the platform');
  return { token, userId: sub, roles: Array.isArray(roles) ? roles.map(String) : [], endsAt: exp * 1_000 };
}

function base64url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

/** @param page whose person it is: the console's is not the player's */
export function signIn(page: string) {
  const kept = `library.${page}.token`;
  const person = signal<Person | null>(restored(kept));
  return {
    person: computed(() => person.value),
    /** @throws Error when the text is no token */
    take(token: string): void {
      person.value = personOf(token.trim());
      sessionStorage.setItem(kept, person.value.token);
    },
    leave(): void {
      person.value = null;
      sessionStorage.removeItem(kept);
    },
  };
}

function restored(kept: string): Person | null {
  const token = sessionStorage.getItem(kept);
  if (token === null) return null;
  const person = personOf(token);
  return person.endsAt > Date.now() ? person : null;
}

/** A token of one of the demo's accounts; null: this is no demo. */
export async function demoToken(account: DemoAccount): Promise<string | null> {
  const response = await fetch('/demo/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account }),
  });
  if (!response.ok) return null;
  return ((await response.json()) as { token: string }).token;
}
