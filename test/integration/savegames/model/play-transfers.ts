import type { Operation, Outcome } from './operation.ts';
import { refused, REFUSED_AS_ABSENT, revive, slotNamed, type Play } from './play-slots.ts';
import { headOf, isOpen, newPlaceholder, reservedBytes, storedBytes, uploadKey } from './saves-model.ts';
import type { ModelSlot, ModelUpload, ModelVersion, SavesModel } from './saves-model.ts';

export function announce(context: Play, operation: Operation & { kind: 'announce' }): Outcome {
  const { model, now, rules } = context;
  const { device, slot: name, content, base, side } = operation;
  if (!model.enabled) return refused('SAVEGAME_SYNC_OFF');
  const slot = model.slots.get(name);
  const head = headOf(slot);
  const own = openSideOf(slot, device);
  const key = uploadKey(device, name);
  if (isThere(model, head, content.sha256) || (side && isThere(model, own, content.sha256))) {
    model.uploads.delete(key);
    return { unchanged: true };
  }
  if (!side && base !== (head?.version ?? null)) {
    const local = isThere(model, own, content.sha256) ? (own?.version ?? null) : null;
    return refused('SAVEGAME_CONFLICT', { cloud: head?.version ?? null, local, base });
  }
  const earlier = model.uploads.get(key);
  if (!hasRoom(context, content.sizeBytes, earlier)) {
    const expired = [...model.uploads].filter(([, { expiresAt }]) => expiresAt <= now);
    for (const [gone] of expired) model.uploads.delete(gone);
    if (!hasRoom(context, content.sizeBytes, model.uploads.get(key))) {
      for (const [back, upload] of expired) model.uploads.set(back, upload);
      return refused('QUOTA_EXCEEDED');
    }
  }
  const current = model.uploads.get(key);
  const resumed = current?.content.sha256 === content.sha256 && current.base === base && current.side === side;
  const id = resumed ? current.id : newPlaceholder();
  model.uploads.set(key, { id, device, slot: name, content, base, side, expiresAt: now + rules.uploadTtlMs });
  return { upload: id };
}

function hasRoom({ model, rules }: Play, sizeBytes: number, earlier: ModelUpload | undefined): boolean {
  const more = sizeBytes - (earlier?.content.sizeBytes ?? 0);
  return more <= 0 || storedBytes(model) + reservedBytes(model) + more <= rules.quotaBytes;
}

export function confirm(context: Play, uploadId: string): Outcome {
  const { model, now, isStored } = context;
  const entry = [...model.uploads].find(([, { id }]) => id === uploadId);
  if (entry === undefined) return confirmedBefore(model, uploadId);
  const [key, upload] = entry;
  if (upload.expiresAt <= now) return refused('SAVEGAME_UPLOAD_EXPIRED');
  if (!isStored(upload)) return refused('SAVEGAME_NOT_UPLOADED');
  model.uploads.delete(key);
  const slot = model.slots.get(upload.slot);
  const head = headOf(slot);
  const own = openSideOf(slot, upload.device);
  const lost = !upload.side && upload.base !== (head?.version ?? null);
  const side = upload.side || lost;
  const { sha256 } = upload.content;
  const same = side ? [head, own].find((version) => isThere(model, version, sha256)) : undefined;
  const became = same ?? becomeVersion(context, upload, side, own);
  if (lost && became !== head) {
    const local = became.version;
    return refused('SAVEGAME_CONFLICT', { cloud: head?.version ?? null, local, base: upload.base });
  }
  return { version: became.version, sha256, head: model.slots.get(upload.slot)?.head ?? null };
}

function confirmedBefore({ slots }: SavesModel, uploadId: string): Outcome {
  const all = [...slots.values()].flatMap((slot) => [...slot.versions.values()].map((version) => ({ slot, version })));
  const [first] = all
    .filter(({ version }) => version.objectId === uploadId)
    .sort((one, other) => one.version.version - other.version.version);
  if (first === undefined) return REFUSED_AS_ABSENT;
  return refused('SAVEGAME_ALREADY_CONFIRMED', { version: first.version.version, head: first.slot.head });
}

function becomeVersion(context: Play, upload: ModelUpload, side: boolean, own: ModelVersion | null): ModelVersion {
  const { model, now, rules } = context;
  const fresh = !model.slots.has(upload.slot);
  const slot = slotNamed(model, upload.slot);
  const version: ModelVersion = {
    version: (model.lastVersion += 1),
    objectId: upload.id,
    content: upload.content,
    device: upload.device,
    base: upload.base,
    origin: 'upload',
    source: null,
    side,
    settledAs: null,
    pinned: false,
    keptUntil: side ? now + rules.sideRetentionMs : null,
  };
  if (side) {
    // S5
    if (own !== null) own.settledAs = 'folded';
    if (fresh) slot.deletedAt = now;
    model.events.push({
      type: 'conflict',
      slot: upload.slot,
      change: null,
      version: slot.head,
      sideVersion: version.version,
    });
  } else {
    revive(context, slot);
    slot.head = version.version;
    model.events.push({
      type: 'synchronized',
      slot: upload.slot,
      change: 'uploaded',
      version: version.version,
      sideVersion: null,
    });
  }
  slot.versions.set(version.version, version);
  return version;
}

export function cancel({ model }: Play, uploadId: string): Outcome {
  const entry = [...model.uploads].find(([, { id }]) => id === uploadId);
  if (entry === undefined) return REFUSED_AS_ABSENT;
  model.uploads.delete(entry[0]);
  return { done: true };
}

function openSideOf(slot: ModelSlot | undefined, device: string): ModelVersion | null {
  const own = [...(slot?.versions.values() ?? [])].filter((version) => isOpen(version) && version.device === device);
  return own[0] ?? null;
}

function isThere({ marked }: SavesModel, version: ModelVersion | null, sha256: string): boolean {
  return version !== null && !marked.has(version.objectId) && version.content.sha256 === sha256;
}
