import type { SaveVersion } from '../../lib/contract/savegames.ts';
import { RequestFailed } from '../client/library-client.ts';
import type { LocalSave, PackedSave } from './local-save.ts';
import { remember } from './remember.ts';
import type { Choice, SyncPorts, View } from './sync-ports.ts';
import { upload } from './upload.ts';

/**
 * Settles a conflict as somebody chose. Whatever loses was brought to the cloud before: nothing is only here when it is
 * replaced, and nothing there is overwritten by a save that does not know it.
 *
 * @returns false: nobody chose
 */
export async function settleConflict(ports: SyncPorts, view: View): Promise<boolean> {
  const { head, packed } = view;
  if (packed === null) throw new TypeError('nothing is in conflict with nothing');
  const chosen = await ports.choose({ local: packed, cloud: head });
  if (chosen === null) return false;
  // With a deleted slot, keeping both is keeping the one there is.
  await keepAs(ports, { ...view, packed }, chosen === 'both' && head === null ? 'local' : chosen);
  return true;
}

/**
 * Makes what is here the head. A save of this device that lost before, to a deletion perhaps, and waits for a decision has
 * it by that: nobody is asked about it any more.
 */
export async function keepLocal(ports: SyncPorts, view: View): Promise<void> {
  const { packed } = view;
  if (packed === null) throw new TypeError('nothing is never uploaded');
  await keepAs(ports, { ...view, packed }, 'local');
}

async function keepAs(
  ports: SyncPorts,
  { slot, head, packed }: View & { readonly packed: PackedSave },
  keep: Choice,
): Promise<void> {
  const { service } = ports;
  const ours = (slot?.conflicts ?? []).filter(({ device_id }) => device_id === service.place.device_id);
  if (keep === 'local' && ours.length === 0) {
    // Made from the cloud's version, from now on: the user has seen it.
    const version = await upload(ports, packed, { baseVersion: head?.version ?? null, as: 'head' });
    if (version !== null) await remember(ports, version, packed.sha256, packed.fingerprint);
    return;
  }
  const side = await keepAside(ports, ours, packed);
  if (side !== null) await decideAbout(ports, { side, keep, head, packed });
}

/** The side version of what is here, which takes the place of an earlier one; null: the cloud is not as it was. */
async function keepAside(
  ports: SyncPorts,
  ours: readonly SaveVersion[],
  packed: PackedSave,
): Promise<SaveVersion | null> {
  const { store } = ports;
  const known = ours.find(({ sha256 }) => sha256 === packed.sha256);
  if (known === undefined) {
    const version = await upload(ports, packed, { baseVersion: store.state.base_version, as: 'side' });
    if (version !== null) await remember(ports, version, packed.sha256, packed.fingerprint);
    return version?.state === 'conflict' ? version : null;
  }
  // After a crash the next run learns from the side version's fate what was decided.
  await store.write({ side: { version: known.version, sha256: known.sha256 } });
  return known;
}

interface Settlement {
  readonly side: SaveVersion;
  readonly keep: Choice;
  readonly head: SaveVersion | null;
  readonly packed: PackedSave;
}

async function decideAbout(
  { service, local, say }: SyncPorts,
  { side, keep, head, packed }: Settlement,
): Promise<void> {
  try {
    const decision = { side_version: side.version, keep, head_version: head?.version ?? null };
    const { other_slot } = await service.resolve(decision);
    if (other_slot !== null) say(await besides(local, packed, other_slot.slot));
  } catch (error) {
    // The head moved, or somebody else decided: the next round sees how it stands.
    if (!(error instanceof RequestFailed) || (error.status !== 409 && error.status !== 404)) throw error;
  }
}

async function besides(local: LocalSave, packed: PackedSave, slot: string): Promise<string> {
  return `The save of this device is now in slot ${slot}, and in ${await local.placeBeside(packed.file, slot)}`;
}
