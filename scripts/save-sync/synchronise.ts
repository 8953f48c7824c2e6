import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { SaveSlot } from '../../lib/contract/savegames.ts';
import { RequestFailed } from '../client/library-client.ts';
import { decide, type Decision } from './decision.ts';
import { download } from './download.ts';
import type { PackedSave } from './local-save.ts';
import { remember } from './remember.ts';
import { keepLocal, settleConflict } from './settle-conflict.ts';
import { settledBaseline } from './settled-side.ts';
import type { Result, SyncPorts, View } from './sync-ports.ts';
import { confirm } from './upload.ts';

/** The service has nothing of such an upload. */
const FORGOTTEN = new Set(['NOT_FOUND', 'SAVEGAME_UPLOAD_EXPIRED', 'SAVEGAME_CONTENT_MISMATCH']);

/** Others may change the slot, or the game its save, while we work; after so many rounds something is wrong. */
const MOST_ROUNDS = 12;

/**
 * Brings folder and slot into step, in rounds: look, decide, do it, look again. Each round may be cut off anywhere; the
 * next one begins with what it finds.
 *
 * @throws RequestFailed, TransferFailed, UnusableSave, SaveInMotion
 */
export async function synchronise(ports: SyncPorts): Promise<Result> {
  const kept = await ports.local.recover();
  if (kept !== null) ports.say(`An interrupted download left an older save, which is now in ${kept}`);
  await endUnfinishedUpload(ports);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const view = await look(ports);
    const { decision } = view;
    if (decision.kind === 'in-step') return inStep(ports, view);
    if (decision.kind === 'conflict') {
      if (!(await settleConflict(ports, view))) return 'conflict';
    } else await carryOut(ports, view, decision);
  }
  throw new Error('the save is being changed faster than it can be synchronised; try again');
}

/** Reads the folder only when something was written to it, or when it is about to be replaced. */
export async function look(ports: SyncPorts): Promise<View> {
  const { local, service, store, directory } = ports;
  const slot = await service.slot();
  await learnDecision(ports, slot);
  const { base_version, synchronised_sha256, fingerprint } = store.state;
  const head = slot?.head ?? null;
  const baseline = { version: base_version, sha256: synchronised_sha256 };
  const found = await local.fingerprint();
  if (found === fingerprint || found === null) {
    const decision = decide({ local: found === null ? null : synchronised_sha256, baseline, head });
    if (decision.kind === 'in-step') return { slot, head, packed: null, decision };
  }
  const packed = await local.pack(path.join(directory, 'outgoing'));
  return { slot, head, packed, decision: decide({ local: packed?.sha256 ?? null, baseline, head }) };
}

async function inStep({ service, store, directory }: SyncPorts, { packed }: View): Promise<Result> {
  const { upload: unfinished, fingerprint } = store.state;
  // What was announced is not what is here any more: other devices would be warned of it for hours.
  if (unfinished !== null) await service.cancel(unfinished.upload_id);
  const found = packed?.fingerprint ?? fingerprint;
  if (unfinished !== null || found !== fingerprint) await store.write({ upload: null, fingerprint: found });
  for (const name of ['outgoing', 'incoming']) await rm(path.join(directory, name), { force: true });
  return 'in-step';
}

type Deed = Exclude<Decision, { readonly kind: 'in-step' | 'conflict' }>;

async function carryOut(ports: SyncPorts, view: View, decision: Deed): Promise<void> {
  const { packed } = view;
  const { store, say } = ports;
  const here = { synchronised_sha256: packed?.sha256 ?? null, fingerprint: packed?.fingerprint ?? null };
  switch (decision.kind) {
    case 'adopt':
      say(`The same as version ${decision.head.version} of the cloud`);
      return store.write({ ...here, base_version: decision.head.version });
    case 'accept-deletion':
      say('The slot was deleted; what is here stays, and is uploaded again once it changes');
      return store.write({ ...here, base_version: null });
    case 'download':
      return replaceBy(ports, decision.head.version, packed);
    case 'upload':
      return keepLocal(ports, view);
  }
}

async function replaceBy(ports: SyncPorts, version: number, packed: PackedSave | null): Promise<void> {
  const { local, store, directory, say } = ports;
  if (!(await ports.mayReplace())) {
    throw new Error(`the game is being played here: version ${version} of the cloud waits until it ends`);
  }
  const file = await download(ports, version, directory);
  const replaced = await local.replace(file, packed?.fingerprint ?? null);
  if (replaced === null) return say('The save was written to while the other one was downloaded: looking again');
  const { sha256, fingerprint } = replaced;
  await store.write({ base_version: version, synchronised_sha256: sha256, fingerprint });
  say(`Downloaded version ${version}`);
}

/**
 * The last run may have ended between the confirmation and its answer. Without asking, what was uploaded then would be
 * another one's save to us, and what was played since in conflict with it.
 */
async function endUnfinishedUpload(ports: SyncPorts): Promise<void> {
  const { service, store } = ports;
  const { upload: unfinished } = store.state;
  if (unfinished === null) return;
  try {
    await remember(ports, await confirm(service, unfinished.upload_id), unfinished.sha256, null);
  } catch (error) {
    // Not all of it arrived: the same announcement goes on with it.
    if (error instanceof RequestFailed && error.code === 'SAVEGAME_NOT_UPLOADED') return;
    if (!(error instanceof RequestFailed && FORGOTTEN.has(error.code))) throw error;
    await store.write({ upload: null });
  }
}

/** Our side version may have been decided about: by this device before it crashed, by another one, or on a web page. */
async function learnDecision({ service, store }: SyncPorts, slot: SaveSlot | null): Promise<void> {
  const { side } = store.state;
  if (side === null || slot?.conflicts.some(({ version }) => version === side.version) === true) return;
  await store.write({ ...settledBaseline(side, await service.versions()), side: null });
}
