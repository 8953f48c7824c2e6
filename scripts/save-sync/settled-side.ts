import type { SaveVersion } from '../../lib/contract/savegames.ts';
import type { SyncState } from './state-file.ts';

/**
 * What follows from the end of a conflict for the device whose save it was about. Where its save was given up or went into
 * a slot of its own, its content needs no more keeping here, and the head may take its place. Where it won, the version
 * it became is what the device is at.
 *
 * @param versions of the slot, as far as they are kept
 */
export function settledBaseline(
  side: NonNullable<SyncState['side']>,
  versions: readonly SaveVersion[],
): Partial<Pick<SyncState, 'base_version' | 'synchronised_sha256' | 'fingerprint'>> {
  const settledAs = versions.find(({ version }) => version === side.version)?.settled_as ?? null;
  // Folded into a later save of ours, expired, deleted: nobody chose, and what is here may be the only one.
  if (settledAs !== 'local' && settledAs !== 'cloud' && settledAs !== 'both') return {};
  const became = versions.find(({ origin, source_version }) => origin === 'resolve' && source_version === side.version);
  return {
    ...(settledAs === 'local' && became !== undefined ? { base_version: became.version } : {}),
    synchronised_sha256: side.sha256,
    // Of another content, perhaps: it has to be read once.
    fingerprint: null,
  };
}
