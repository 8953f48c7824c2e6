import assert from 'node:assert/strict';
import { isKept, isOpen, isPlaceholder, reservedBytes, storedBytes, uploadKey } from './saves-model.ts';
import type { ModelRules, ModelSlot, SavesModel } from './saves-model.ts';
import type { Snapshot, UploadSeen } from './snapshot.ts';

/**
 * Compares the rows with the model, which takes over what it could not know: ids that the service made up, and which of
 * the versions that nothing keeps any more (S3) are gone.
 *
 * @throws AssertionError
 */
export function reconcile(model: SavesModel, seen: Snapshot, now: number, rules: ModelRules): void {
  bindIds(model, seen.uploads);
  dropForgotten(model, seen, now, rules);
  assert.deepEqual(seen.slots, expectedSlots(model), 'slots');
  assert.deepEqual(seen.versions, expectedVersions(model), 'versions');
  assert.deepEqual(seen.uploads, expectedUploads(model, seen.uploads), 'uploads');
  assert.deepEqual(seen.objects, expectedObjects(model), 'objects');
  assert.deepEqual(seen.events, model.events, 'events');
  const account = { last: model.lastVersion, stored: storedBytes(model), reserved: reservedBytes(model) };
  assert.deepEqual(seen.account, account, 'account');
}

/** What a round of the sweep may have done, as far as it is done (it may have been cut off) becomes the model's. */
export function adoptSweep(model: SavesModel, seen: Snapshot, now: number): void {
  const uploads = new Set(seen.uploads.map(({ id }) => id));
  for (const [key, { id, expiresAt }] of model.uploads) {
    if (expiresAt <= now && !uploads.has(id)) model.uploads.delete(key);
  }
  for (const [name, slot] of model.slots) {
    for (const version of slot.versions.values()) {
      if (version.keptUntil === null || version.keptUntil > now) continue;
      const row = seen.versions.find((other) => other.slot === name && other.version === version.version);
      if (row === undefined) version.keptUntil = null;
      if (isOpen(version) && row?.settledAs !== null) version.settledAs = 'expired';
      if (row?.keptUntil === null) version.keptUntil = null;
    }
  }
  model.marked.clear();
  for (const { id, missing } of seen.objects) if (missing) model.marked.add(id);
}

/** What a round that was not cut off leaves undone: nothing. */
export function mustBeSwept({ uploads, slots }: SavesModel, now: number, rules: ModelRules): void {
  for (const { id, expiresAt } of uploads.values()) assert(expiresAt > now, `upload ${id} is still there`);
  for (const [name, { deletedAt, versions }] of slots) {
    for (const { version, keptUntil } of versions.values()) {
      assert(keptUntil === null || keptUntil > now, `version ${version} of ${name} is still kept`);
    }
    const gone = deletedAt !== null && deletedAt + rules.deletedRetentionMs <= now;
    const outlives = [...versions.values()].some((version) => isOpen(version) || version.keptUntil !== null);
    assert(!gone || outlives, `${name} is still there`);
  }
}

/** Whoever has a placeholder for it shares the id. */
function bindIds(model: SavesModel, uploads: readonly UploadSeen[]): void {
  for (const { id, device, slot } of uploads) {
    const upload = model.uploads.get(uploadKey(device, slot));
    if (upload !== undefined && isPlaceholder(upload.id)) upload.id = id;
  }
}

function dropForgotten(model: SavesModel, { slots, versions }: Snapshot, now: number, rules: ModelRules): void {
  const there = new Set(versions.map(({ slot, version }) => `${slot} ${version}`));
  for (const [name, slot] of model.slots) {
    const gone = [...slot.versions.values()].filter(({ version }) => !there.has(`${name} ${version}`));
    // All of them against the slot as it was: what goes last makes nothing that went before recent.
    const kept = gone.filter((version) => isKept(model, slot, version, now, rules));
    assert.deepEqual(
      kept.map(({ version }) => version),
      [],
      `versions of ${name} that are gone and should be kept`,
    );
    for (const { version } of gone) slot.versions.delete(version);
    if (isOver(slot, now, rules) && !slots.some((row) => row.slot === name)) model.slots.delete(name);
  }
}

function isOver({ deletedAt, versions }: ModelSlot, now: number, rules: ModelRules): boolean {
  return deletedAt !== null && deletedAt + rules.deletedRetentionMs <= now && versions.size === 0;
}

function expectedSlots({ slots }: SavesModel): Snapshot['slots'] {
  return [...slots]
    .map(([slot, { head, deletedVersion, deletedAt }]) => ({ slot, head, deletedVersion, deletedAt }))
    .sort((one, other) => (one.slot < other.slot ? -1 : 1));
}

function expectedVersions({ slots }: SavesModel): Snapshot['versions'] {
  return [...slots]
    .flatMap(([slot, { versions }]) => [...versions.values()].map(({ content: _, ...row }) => ({ slot, ...row })))
    .sort((one, other) => one.version - other.version);
}

function expectedUploads({ uploads }: SavesModel, seen: readonly UploadSeen[]): readonly UploadSeen[] {
  return [...uploads.values()]
    .map(({ content, ...upload }) => ({
      ...upload,
      size: content.sizeBytes,
      sha256: content.sha256,
      // What the store calls its parts is the service's own business.
      partsId: seen.find(({ id }) => id === upload.id)?.partsId ?? null,
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function expectedObjects({ slots, marked }: SavesModel): Snapshot['objects'] {
  const objects = new Map<string, Snapshot['objects'][number]>();
  for (const { versions } of slots.values()) {
    for (const { objectId: id, content } of versions.values()) {
      objects.set(id, { id, size: content.sizeBytes, sha256: content.sha256, missing: marked.has(id) });
    }
  }
  return [...objects.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
