import { rm } from 'node:fs/promises';
import { describeVersion, sizeText } from './dialogue.ts';
import type { Decision } from './decision.ts';
import type { SyncPorts } from './sync-ports.ts';
import { look } from './synchronise.ts';

const OUTLOOK: Readonly<Record<Decision['kind'], string>> = {
  'in-step': 'in step',
  adopt: 'the same on both sides',
  'accept-deletion': 'deleted in the cloud; what is here stays',
  upload: 'to be uploaded',
  download: 'to be downloaded',
  conflict: 'in conflict: both were changed',
};

/** How the save stands, and what a run would do. */
export async function describeStatus(ports: SyncPorts): Promise<{ readonly text: string; readonly conflict: boolean }> {
  const { store, local } = ports;
  const { head, slot, packed, decision } = await look(ports);
  if (packed !== null) await rm(packed.file);
  const unread = (await local.fingerprint()) === null ? 'nothing' : 'as last synchronised';
  const here = packed === null ? unread : sizeText(packed.sizeBytes);
  const { device_id, slot: name } = store.state.belongs_to;
  const text = [
    `Slot ${name}, device ${device_id}: ${OUTLOOK[decision.kind]}`,
    `  local  ${here}`,
    `  cloud  ${head === null ? 'nothing' : describeVersion(head)}`,
    ...(slot?.conflicts ?? []).map((version) => `  lost, and not decided about: ${describeVersion(version)}`),
  ].join('\n');
  return { text, conflict: decision.kind === 'conflict' };
}
