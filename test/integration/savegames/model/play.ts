import { announce, cancel, confirm } from './play-transfers.ts';
import type { Operation, Outcome } from './operation.ts';
import { bringBack, deleteSlot, refused, REFUSED_AS_ABSENT, type Play } from './play-slots.ts';
import { headOf, isOpen, type ModelSlot, type ModelVersion } from './saves-model.ts';

/** Does to the model what the operation is to do, and says what is to be answered. A refusal changes nothing. */
export function play(context: Play, operation: Operation): Outcome {
  switch (operation.kind) {
    case 'announce':
      return announce(context, operation);
    case 'confirm':
      return confirm(context, operation.uploadId);
    case 'cancel':
      return cancel(context, operation.uploadId);
    case 'download':
      return download(context, operation);
    case 'resolve':
      return resolve(context, operation);
    case 'restore':
      return restore(context, operation);
    case 'pin':
      return onVersion(context, operation, (_, version) => {
        version.pinned = operation.pinned;
        return { done: true };
      });
    case 'delete version':
      return onVersion(context, operation, (slot, { version }) => {
        if (version === slot.head || version === slot.deletedVersion) return refused('CONFLICT');
        slot.versions.delete(version);
        return { done: true };
      });
    case 'delete slot':
      return deleteSlot(context, operation);
    case 'settings':
      context.model.enabled = operation.enabled;
      context.model.keepVersions = operation.keepVersions;
      return { done: true };
  }
}

function onVersion(
  { model }: Play,
  { slot, version }: { readonly slot: string; readonly version: number },
  work: (slot: ModelSlot, version: ModelVersion) => Outcome,
): Outcome {
  const found = model.slots.get(slot);
  const row = found?.versions.get(version);
  return found === undefined || row === undefined ? REFUSED_AS_ABSENT : work(found, row);
}

function download({ model }: Play, { slot, version }: Operation & { kind: 'download' }): Outcome {
  const found = model.slots.get(slot);
  const row = found?.versions.get(version ?? found.head ?? 0);
  if (found === undefined || row === undefined) return REFUSED_AS_ABSENT;
  if (model.marked.has(row.objectId)) return refused('SAVEGAME_LOST');
  const head = row.version === found.head ? row.version : null;
  return { version: row.version, sha256: row.content.sha256, head };
}

function resolve(context: Play, operation: Operation & { kind: 'resolve' }): Outcome {
  const { model } = context;
  const { slot: name, keep, into } = operation;
  return onVersion(context, operation, (slot, side) => {
    if (!side.side) return REFUSED_AS_ABSENT;
    if (side.settledAs !== null) {
      const copy = side.settledAs === 'both' ? copyOf(context, name, side.version) : null;
      const same = side.settledAs === keep && (into === null || into === copy);
      return same ? { slot: name, head: slot.head, other: copy } : refused('CONFLICT');
    }
    if (slot.head !== operation.head) {
      return refused('SAVEGAME_CONFLICT', { cloud: slot.head, local: side.version, base: operation.head });
    }
    if (keep !== 'cloud' && model.marked.has(side.objectId)) return refused('SAVEGAME_LOST');
    const copy = keep === 'both' ? (into ?? freeName(context, name)) : null;
    if (copy !== null && (copy === name || headOf(model.slots.get(copy)) !== null)) return refused('CONFLICT');
    keepAsLoser(context, side);
    side.settledAs = keep;
    if (keep === 'local') keepAsLoser(context, slot.versions.get(slot.head ?? slot.deletedVersion ?? 0));
    if (keep !== 'cloud')
      bringBack(context, { into: copy ?? name, source: side, origin: 'resolve', device: operation.device });
    return { slot: name, head: slot.head, other: copy };
  });
}

function restore(context: Play, operation: Operation & { kind: 'restore' }): Outcome {
  const { model } = context;
  const { slot: name } = operation;
  const slot = model.slots.get(name);
  if (slot === undefined) return REFUSED_AS_ABSENT;
  const head = headOf(slot);
  if (head?.origin === 'restore' && isSaidAgain(operation, head)) return { slot: name, head: slot.head, other: null };
  if (operation.version === null && slot.head !== null) return refused('VALIDATION_ERROR');
  const source = slot.versions.get(operation.version ?? slot.deletedVersion ?? 0);
  if (source === undefined) return REFUSED_AS_ABSENT;
  if (head?.objectId === source.objectId) return { slot: name, head: slot.head, other: null };
  if (slot.head !== operation.head) {
    return refused('SAVEGAME_CONFLICT', { cloud: slot.head, local: null, base: operation.head });
  }
  if (model.marked.has(source.objectId)) return refused('SAVEGAME_LOST');
  if (isOpen(source)) {
    keepAsLoser(context, source);
    source.settledAs = 'local';
    keepAsLoser(context, slot.versions.get(slot.head ?? slot.deletedVersion ?? 0));
  }
  bringBack(context, { into: name, source, origin: 'restore', device: operation.device });
  return { slot: name, head: slot.head, other: null };
}

/** Done before: the source itself may be gone since, for nothing keeps it. */
function isSaidAgain(operation: Operation & { kind: 'restore' }, head: ModelVersion): boolean {
  return head.base === operation.head && (operation.version === null || operation.version === head.source);
}

function keepAsLoser({ now, rules }: Play, version: ModelVersion | undefined): void {
  if (version !== undefined) version.keptUntil = Math.max(version.keptUntil ?? 0, now + rules.sideRetentionMs);
}

/** The slot that the side version got of its own, as far as can be told. */
function copyOf({ model }: Play, name: string, source: number): string | null {
  const copy = [...model.slots].find(
    ([other, { versions }]) =>
      other !== name &&
      [...versions.values()].some((version) => version.origin === 'resolve' && version.source === source),
  );
  return copy?.[0] ?? null;
}

function freeName({ model }: Play, name: string): string {
  let number = 2;
  while (model.slots.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
