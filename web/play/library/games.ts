/** The player's games, as the service last told: read when the page opens, and again when news say that they changed. */
import { computed, signal } from '@preact/signals';
import type { Call } from '../../common/api.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { inBackground } from '../../common/background.ts';
import type { LibraryItem, LibraryPage } from '../../../lib/contract/library.ts';
import { player } from '../calls.ts';
import { playerSocket } from '../socket.ts';

export interface LibrarySearch {
  readonly q: string;
  readonly sort: 'title' | 'acquired_at' | 'last_played_at' | 'playtime';
  readonly favorite: boolean;
}

const known = signal<ReadonlyMap<string, LibraryItem>>(new Map());
const found = signal<readonly string[] | null>(null);

export const search = signal<LibrarySearch>({ q: '', sort: 'last_played_at', favorite: false });
/** Why the games could not be read; null: they were. */
export const trouble = signal<string | null>(null);
/** What was found, in its order; null: not read yet. */
export const listed = computed(
  () => found.value?.flatMap((id) => known.value.get(id) ?? []).filter((item) => item !== undefined) ?? null,
);
/** Every game that the page has heard of, by title. */
export const allGames = computed(() =>
  Array.from(known.value.values()).sort((one, other) => one.title.localeCompare(other.title)),
);

export function gameOf(gameId: string): LibraryItem | undefined {
  return known.value.get(gameId);
}

export function titleOf(gameId: string): string {
  return known.value.get(gameId)?.title ?? gameId.slice(-4);
}

/** The call that a search makes. */
export function searchCall({ q, sort, favorite }: LibrarySearch): Call {
  const query = new URLSearchParams({ sort, order: sort === 'title' ? 'asc' : 'desc', limit: '200' });
  if (q.trim() !== '') query.set('q', q.trim());
  if (favorite) query.set('favorite', 'true');
  return { method: 'GET', path: `/?${query.toString()}` };
}

let asked = 0;

/** Reads what is searched for; a slower answer to an earlier question is not taken. */
export async function readGames(): Promise<void> {
  const question = (asked += 1);
  try {
    const { items } = await player.call<LibraryPage>(searchCall(search.value));
    take(items);
    if (question !== asked) return;
    found.value = items.map(({ game_id }) => game_id);
    trouble.value = null;
  } catch (error) {
    if (question === asked) trouble.value = wordsOf(error);
  }
}

export async function readGame(gameId: string): Promise<void> {
  take([await player.call<LibraryItem>({ method: 'GET', path: `/${gameId}` })]);
}

export async function changeMarks(gameId: string, marks: { readonly favorite: boolean }): Promise<void> {
  take([await player.call<LibraryItem>(marksCall(gameId, marks))]);
}

export function marksCall(gameId: string, marks: { readonly favorite: boolean }): Call {
  return { method: 'PATCH', path: `/${gameId}`, body: marks };
}

/** A beat's reply or news brought a newer total. */
export function tellTotal(gameId: string, totalSeconds: number): void {
  const item = known.value.get(gameId);
  if (item === undefined || totalSeconds === item.playtime.total_seconds) return;
  take([{ ...item, playtime: { ...item.playtime, total_seconds: totalSeconds } }]);
}

function take(items: readonly LibraryItem[]): void {
  known.value = new Map([...known.value, ...items.map((item) => [item.game_id, item] as const)]);
}

playerSocket.onReset(() => void readGames());
playerSocket.onNews(({ event, data }) => {
  const gameId = String(data['game_id']);
  if (event === 'library.updated') void readGames();
  if (event === 'achievement.unlocked') inBackground(readGame(gameId));
  if (event !== 'playtime.updated') return;
  if (data['change'] === 'total') tellTotal(gameId, Number(data['total_seconds']));
  else if (data['change'] === 'session_ended') inBackground(readGame(gameId));
});
