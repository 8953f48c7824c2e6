/**
 * Two devices of one player. Each keeps what its game has on disk, and which version of the cloud that was made from: a
 * baseline that a launcher keeps in a file (docs/save-sync.md), and this tab in its session storage.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import { deviceName } from '../device.ts';
import { contentOf } from './transfer.ts';
import { say } from './words.ts';

export interface Device {
  readonly name: 'pc' | 'deck';
  readonly id: string;
}

export interface Local {
  readonly text: string;
  /** The version last synchronised; null: none. */
  readonly base: number | null;
  /** What the game had then. */
  readonly baseText: string;
}

export interface LocalSave {
  readonly local: ReadonlySignal<Local>;
  write(text: string): void;
  /** What is here is what the cloud has as this version. */
  synchronised(version: number | null, text?: string): void;
}

const KEPT = 'library.play.saves';
const FIRST_TEXT = 'chapter: 1\ngold: 120\nplace: The old harbour\n';

function device(name: Device['name']): Device {
  const key = `${KEPT}.${name}`;
  const id = sessionStorage.getItem(key) ?? crypto.randomUUID();
  sessionStorage.setItem(key, id);
  return { name, id };
}

export const DEVICES = [device('pc'), device('deck')] as const;

export function deviceWords(id: string): string {
  const known = DEVICES.find((one) => one.id === id);
  return known === undefined ? say('device_other', { id: deviceName(id) }) : say(`device_${known.name}`);
}

const saves = new Map<string, LocalSave>();

export function stateOf({ name }: Device, gameId: string, slot: string): LocalSave {
  const key = `${KEPT}.${name}.${gameId}.${slot}`;
  let save = saves.get(key);
  if (save === undefined) saves.set(key, (save = localSave(key)));
  return save;
}

function localSave(key: string): LocalSave {
  const kept = sessionStorage.getItem(key);
  const local = signal<Local>(
    kept === null ? { text: FIRST_TEXT, base: null, baseText: '' } : (JSON.parse(kept) as Local),
  );
  function put(next: Local): void {
    local.value = next;
    sessionStorage.setItem(key, JSON.stringify(next));
  }
  return {
    local,
    write: (text) => put({ ...local.value, text }),
    synchronised: (base, text = local.value.text) => put({ text, base, baseText: text }),
  };
}

/** Loads a version of the cloud to a device. @throws Refused */
export async function bringInStep(device: Device, gameId: string, slot: string, version: number): Promise<void> {
  const text = await contentOf(gameId, slot, version);
  stateOf(device, gameId, slot).synchronised(version, text);
}
