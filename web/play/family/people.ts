/** Both sides of the family as the service last told: read anew when news say to either of them that it changed. */
import { computed, signal } from '@preact/signals';
import type { Call } from '../../common/api.ts';
import { inBackground } from '../../common/background.ts';
import { newest } from '../../common/newest.ts';
import { complain, notify } from '../../common/ui/notices.tsx';
import type { ExcludedGamePage, Family } from '../../../lib/contract/family.ts';
import type { LibraryItem, LibraryPage } from '../../../lib/contract/library.ts';
import { friend, player, type Account } from '../calls.ts';
import { openSocket, playerSocket, type LibrarySocket, type News } from '../socket.ts';
import * as calls from './calls.ts';
import { say } from './words.ts';

export interface Sides {
  readonly owner: Family;
  readonly friend: Family;
  readonly excluded: ExcludedGamePage['items'];
  readonly borrowed: readonly LibraryItem[];
}

/** Null: not read yet. */
export const sides = signal<Sides | null>(null);
export const borrowedGames = computed(() => sides.value?.borrowed ?? []);
const chosen = signal<string | null>(null);
/** The game that both play; null: none is lent. */
export const game = computed(() => {
  const borrowed = borrowedGames.value;
  return borrowed.find(({ game_id }) => game_id === chosen.value) ?? borrowed[0] ?? null;
});

export function choose(gameId: string): void {
  chosen.value = gameId;
}

/** Reads both sides; a whole library of news may come at once. */
export const readFamily = newest(async () => {
  const [owner, other, excluded, borrowed] = await Promise.all([
    player.call<Family>(calls.FAMILY_CALL),
    friend.call<Family>(calls.FAMILY_CALL),
    player.call<ExcludedGamePage>(calls.EXCLUSIONS_CALL),
    friend.call<LibraryPage>(calls.BORROWED_CALL),
  ]);
  sides.value = { owner, friend: other, excluded: excluded.items, borrowed: borrowed.items };
});

/** Calls as one of the two, and reads what became of it. */
export async function doAs(account: Account, call: Call): Promise<void> {
  await account.call(call).then(readFamily, (error: unknown) => {
    complain(error);
    return readFamily();
  });
}

export function nameOf(userId: string, displayName: string | null = null): string {
  if (userId === player.person.value?.userId) return say('you');
  if (userId === friend.person.value?.userId) return say('your_friend');
  return displayName ?? say('person', { id: userId.slice(-4) });
}

let kept: LibrarySocket | null = null;

/** The friend's own socket: from the first look at the family until the page is closed, for their game goes on. */
export function friendSocket(): LibrarySocket {
  if (kept !== null) return kept;
  kept = openSocket(friend);
  for (const [account, socket] of [
    [player, playerSocket],
    [friend, kept],
  ] as const) {
    socket.onReset(() => inBackground(readFamily()));
    socket.onNews((news) => heard(account, news));
  }
  return kept;
}

function heard(account: Account, { event, data }: News): void {
  if (event !== 'library.updated') return;
  if (data['change'] === 'family') {
    const who = say(account === player ? 'you' : 'your_friend');
    notify('plain', say(`news_${data['link'] as 'invited' | 'accepted' | 'invitation_closed' | 'ended'}`, { who }));
  }
  inBackground(readFamily());
}
