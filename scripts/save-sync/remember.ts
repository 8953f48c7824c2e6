import type { SaveVersion } from '../../lib/contract/savegames.ts';
import type { SyncPorts } from './sync-ports.ts';

/** Writes down what became of an upload: the device's new baseline, or the side version that it lost as. */
export async function remember(
  { store, say }: Pick<SyncPorts, 'store' | 'say'>,
  { version, state }: SaveVersion,
  sha256: string,
  fingerprint: string | null,
): Promise<void> {
  if (state === 'head' || state === 'past') {
    say(`Uploaded as version ${version}`);
    await store.write({ base_version: version, synchronised_sha256: sha256, fingerprint, upload: null });
  } else {
    say(`Kept beside the save in the cloud, as version ${version}`);
    await store.write({ side: { version, sha256 }, upload: null });
  }
}
