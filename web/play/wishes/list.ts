/** The player's wishlist as the service last told: read anew when news say that it changed. */
import { computed, signal } from '@preact/signals';
import { inBackground } from '../../common/background.ts';
import { money } from '../../common/locale.ts';
import { newest } from '../../common/newest.ts';
import { complain, notify } from '../../common/ui/notices.tsx';
import type { Game } from '../../../lib/contract/admin.ts';
import type { WishlistItem, WishlistPage, WishPatch } from '../../../lib/contract/wishlist.ts';
import { player, shop } from '../calls.ts';
import { playerSocket, type News } from '../socket.ts';
import * as calls from './calls.ts';
import { say } from './words.ts';

export interface Bought {
  readonly gameId: string;
  readonly title: string;
}

const page = signal<WishlistPage | null>(null);

/** Null: not read yet. */
export const wishes = computed(() => page.value?.items ?? null);
/** The call that puts the list in the order it has. */
export const orderCall = computed(() =>
  calls.orderCall(
    (wishes.value ?? []).map(({ game_id }) => game_id),
    page.value?.version ?? 0,
  ),
);
/** Sold by the shop since this page opened. */
export const bought = signal<readonly Bought[]>([]);

/** Reads the list. */
export const readWishes = newest(async () => {
  page.value = await player.call<WishlistPage>(calls.LIST_CALL);
});

/** @throws Refused */
export async function addWish(gameId: string, title: string): Promise<void> {
  await player.call(calls.wishCall(gameId));
  notify('good', say('wished', { game: title }));
  await readWishes();
}

/** @throws Refused */
export async function changeWish(gameId: string, change: WishPatch): Promise<void> {
  await player.call(calls.patchCall(gameId, change));
  await readWishes();
}

export async function removeWish({ game_id, title }: WishlistItem): Promise<void> {
  await player.call(calls.removeCall(game_id));
  notify('plain', say('removed', { game: title }));
  await readWishes();
}

/** @param by 1: one place down, -1: up */
export async function move(gameId: string, by: 1 | -1): Promise<void> {
  if (page.value === null) return;
  const ids = page.value.items.map(({ game_id }) => game_id);
  const from = ids.indexOf(gameId);
  const other = ids[from + by];
  if (from < 0 || other === undefined) return;
  [ids[from], ids[from + by]] = [other, gameId];
  await player.call(calls.orderCall(ids, page.value.version)).finally(readWishes);
}

/** As the shop. @param percent off; 0 ends the sale */
export async function putPrice(entry: Game, percent: number): Promise<void> {
  await shop.call(calls.priceCall(entry, percent));
  notify('plain', say(percent > 0 ? 'lowered' : 'regular_done', { game: entry.title }));
  await readWishes();
}

export async function endSale(gameId: string): Promise<void> {
  await putPrice(await shop.call<Game>(calls.entryCall(gameId)), 0);
}

/** As the shop. News tell when the game is there, or gone: the service hears of either like of any other event. */
export async function sell({ game_id, title }: WishlistItem): Promise<void> {
  const { userId } = await player.enter();
  await shop.call(calls.sellCall(userId, game_id));
  bought.value = [{ gameId: game_id, title }, ...boughtBut(game_id)];
}

export async function takeBack({ gameId }: Bought): Promise<void> {
  const { userId } = await player.enter();
  await shop.call(calls.takeBackCall(userId, gameId));
}

function boughtBut(gameId: string): Bought[] {
  return bought.value.filter((other) => other.gameId !== gameId);
}

/** What news of the wishlist say in words; null: nothing that the player does not know. */
function wordsOf({ data }: News): string | null {
  const game = titleOf(String(data['game_id']));
  if (game === undefined) return null;
  if (data['change'] === 'removed') return data['reason'] === 'acquired' ? say('acquired', { game }) : null;
  if (data['change'] !== 'discounted') return null;
  const price = money(Number(data['amount_minor']), String(data['currency']));
  const percent = Number(data['discount_percent']);
  return percent > 0 ? say('discounted', { game, price, percent }) : say('fell', { game, price });
}

function titleOf(gameId: string): string | undefined {
  const known = page.value?.items.find(({ game_id }) => game_id === gameId);
  return known?.title ?? bought.value.find((game) => game.gameId === gameId)?.title;
}

function heardOfLibrary({ change, game_id }: News['data']): void {
  const game = bought.value.find(({ gameId }) => gameId === game_id);
  if (change !== 'removed' || game === undefined) return;
  bought.value = boughtBut(game.gameId);
  notify('plain', say('refunded', { game: game.title }));
}

async function heard(news: News): Promise<void> {
  if (news.event === 'library.updated') heardOfLibrary(news.data);
  if (news.event !== 'wishlist.updated') return;
  // What left the list has its title in what was read before; who never looked at the list learns it now.
  if (page.value === null) await readWishes();
  const words = wordsOf(news);
  if (words !== null) notify('good', words);
  await readWishes();
}

playerSocket.onNews((news) => inBackground(heard(news)));
playerSocket.onReset(() => inBackground(readWishes()));

export function openWishes(): void {
  readWishes().catch(complain);
}
