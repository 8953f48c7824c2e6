import type { Operation, Outcome } from './operation.ts';
import type { ModelRules, ModelSlot, ModelUpload, ModelVersion, SavesModel } from './saves-model.ts';

/** What the model is played with. */
export interface Play {
  readonly model: SavesModel;
  readonly now: number;
  readonly rules: ModelRules;
  /** Whether the store has what the upload announced. */
  readonly isStored: (upload: ModelUpload) => boolean;
}

export function refused(code: string, about?: unknown): Outcome {
  return about === undefined ? { refused: code } : { refused: code, about };
}
export const REFUSED_AS_ABSENT = refused('NOT_FOUND');

interface Return {
  readonly into: string;
  readonly source: ModelVersion;
  readonly origin: 'restore' | 'resolve';
  readonly device: string;
}

/** The content of a version becomes the head of a slot, as a new version that shares its object. */
export function bringBack(context: Play, { into, source, origin, device }: Return): void {
  const { model } = context;
  const slot = slotNamed(model, into);
  const version = (model.lastVersion += 1);
  slot.versions.set(version, {
    version,
    objectId: source.objectId,
    content: source.content,
    device,
    base: slot.head,
    origin,
    source: source.version,
    side: false,
    settledAs: null,
    keptUntil: null,
    pinned: false,
  });
  revive(context, slot);
  slot.head = version;
  const change = origin === 'restore' ? 'restored' : 'resolved';
  model.events.push({ type: 'synchronized', slot: into, change, version, sideVersion: null });
}

/** A deleted slot has a head again; what it had stays for as long as it could have been restored. */
export function revive({ rules }: Play, slot: ModelSlot): void {
  if (slot.deletedAt === null) return;
  for (const version of slot.versions.values()) {
    version.keptUntil = Math.max(version.keptUntil ?? 0, slot.deletedAt + rules.deletedRetentionMs);
  }
  slot.deletedAt = null;
  slot.deletedVersion = null;
}

export function slotNamed({ slots }: SavesModel, name: string): ModelSlot {
  const found = slots.get(name);
  if (found !== undefined) return found;
  const slot = { head: null, deletedVersion: null, deletedAt: null, versions: new Map<number, ModelVersion>() };
  slots.set(name, slot);
  return slot;
}

export function deleteSlot({ model, now }: Play, operation: Operation & { kind: 'delete slot' }): Outcome {
  const { slot: name, permanently, ifMatch } = operation;
  const slot = model.slots.get(name);
  if (slot === undefined) return REFUSED_AS_ABSENT;
  if (ifMatch !== null && ifMatch !== (slot.head ?? slot.deletedVersion ?? 0)) return refused('PRECONDITION_FAILED');
  if (!permanently && slot.head === null) return REFUSED_AS_ABSENT;
  if (slot.head !== null) {
    model.events.push({ type: 'synchronized', slot: name, change: 'deleted', version: null, sideVersion: null });
  }
  if (permanently) {
    model.slots.delete(name);
    return { done: true };
  }
  slot.deletedVersion = slot.head;
  slot.deletedAt = now;
  slot.head = null;
  return { done: true };
}
