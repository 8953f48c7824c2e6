/** What the cloud has of one game's saves, as the service last told; read anew when news say that it changed. */
import { computed, signal } from '@preact/signals';
import { Refused } from '../../common/api.ts';
import { complain, notify } from '../../common/ui/notices.tsx';
import type {
  SaveQuota,
  SaveSlot,
  SaveSlotPage,
  SaveVersion,
  SaveVersionPage,
} from '../../../lib/contract/savegames.ts';
import type { ResolveBody, ResolveReply } from '../../../lib/contract/savegame-transfers.ts';
import { player } from '../calls.ts';
import { playerSocket, type News } from '../socket.ts';
import * as calls from './calls.ts';
import { bringInStep, DEVICES, deviceWords, stateOf } from './devices.ts';
import { say } from './words.ts';

export const FIRST_SLOT = 'autosave';

/** Null: none chosen yet. */
export const gameId = signal<string | null>(null);
export const slotName = signal(FIRST_SLOT);
/** Null: not read yet. */
export const slots = signal<readonly SaveSlot[] | null>(null);
export const deletedSlots = signal<readonly SaveSlot[]>([]);
export const versions = signal<readonly SaveVersion[]>([]);
export const quota = signal<SaveQuota | null>(null);

/** The chosen slot; deleted, when that is what it is; undefined: nothing was saved in it. */
export const slot = computed(
  () =>
    slots.value?.find(({ slot: name }) => name === slotName.value) ??
    deletedSlots.value.find(({ slot: name }) => name === slotName.value),
);
export const head = computed(() => slot.value?.head ?? null);

export async function chooseGame(id: string): Promise<void> {
  gameId.value = id;
  [slots.value, deletedSlots.value, versions.value] = [null, [], []];
  slotName.value = FIRST_SLOT;
  await readCloud();
}

export async function chooseSlot(name: string): Promise<void> {
  slotName.value = name;
  versions.value = [];
  await readCloud();
}

/** @throws Refused */
export async function readCloud(): Promise<void> {
  const [game, name] = [gameId.value, slotName.value];
  if (game === null) return;
  const [live, deleted, kept, room] = await Promise.all([
    player.call<SaveSlotPage>(calls.slotsCall(game, false)),
    player.call<SaveSlotPage>(calls.slotsCall(game, true)),
    player.call<SaveVersionPage>(calls.versionsCall(game, name)).catch(noneYet),
    player.call<SaveQuota>(calls.QUOTA_CALL),
  ]);
  quota.value = room;
  if (gameId.value !== game || slotName.value !== name) return;
  [slots.value, deletedSlots.value, versions.value] = [live.items, deleted.items, kept.items];
}

function noneYet(error: unknown): SaveVersionPage {
  if (error instanceof Refused && error.status === 404) return { items: [], next_cursor: null };
  throw error;
}

const KEPT = { local: 'kept_local', cloud: 'kept_cloud', both: 'kept_both' } as const;

/** Decides a conflict, and brings the device whose save lost in step with what came of it. */
export async function resolve(of: SaveSlot, side: SaveVersion, keep: ResolveBody['keep']): Promise<void> {
  const { slot: after, other_slot: other } = await player.call<ResolveReply>(calls.resolveCall(of, side, keep));
  notify('good', say(KEPT[keep], { slot: other?.slot ?? '' }));
  await readCloud();
  const device = DEVICES.find(({ id }) => id === side.device_id);
  if (device === undefined) return;
  if (keep === 'local') stateOf(device, after.game_id, after.slot).synchronised(after.head?.version ?? null);
  else if (after.head !== null) await bringInStep(device, after.game_id, after.slot, after.head.version);
}

export async function restore(of: SaveSlot, version?: number): Promise<void> {
  const after = await player.call<SaveSlot>(calls.restoreCall(of, DEVICES[0].id, version));
  const words = { slot: of.slot, version: version ?? 0, head: after.head?.version ?? 0 };
  notify('good', say(version === undefined ? 'undeleted' : 'restored', words));
  await readCloud();
}

export async function pin(of: SaveSlot, version: SaveVersion): Promise<void> {
  await player.call(calls.pinCall(of, version));
  await readCloud();
}

export async function removeVersion(of: SaveSlot, version: number): Promise<void> {
  await player.call(calls.removeVersionCall(of, version));
  await readCloud();
}

export async function removeSlot(of: SaveSlot): Promise<void> {
  await player.call(calls.removeSlotCall(of));
  notify('plain', say('deleted', { slot: of.slot }));
  await readCloud();
}

/** Reads what changes, until the returned function is called. */
export function watchCloud(): () => void {
  const again = (): void => void readCloud().catch(complain);
  const stops = [
    playerSocket.onReset(again),
    playerSocket.onNews((news) => {
      if (news.event !== 'savegame.sync.status' || news.data['game_id'] !== gameId.value) return;
      notify('plain', wordsOf(news));
      again();
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function wordsOf({ data }: News): string {
  const device = deviceWords(String(data['device_id']));
  const words = { device, slot: String(data['slot']), version: Number(data['version'] ?? 0) };
  if (data['status'] === 'conflict') return say('news_conflict', { ...words, version: Number(data['side_version']) });
  if (data['change'] === 'restored') return say('news_restored', words);
  if (data['change'] === 'resolved') return say('news_resolved', words);
  return say(data['change'] === 'deleted' ? 'news_deleted' : 'news_uploaded', words);
}
