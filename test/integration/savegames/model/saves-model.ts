import type { SaveContent } from './content.ts';

/**
 * What lib/savegames/DESIGN.md says, in plain terms: one user, one game, one thing after the other, and all of it in
 * memory. Times are ms since the Unix epoch.
 */
export interface SavesModel {
  readonly slots: Map<string, ModelSlot>;
  /** By {@link uploadKey}. */
  readonly uploads: Map<string, ModelUpload>;
  readonly events: ModelEvent[];
  /** Objects that the audit has marked as lost. */
  readonly marked: Set<string>;
  lastVersion: number;
  enabled: boolean;
  keepVersions: number;
}

export interface ModelSlot {
  head: number | null;
  deletedVersion: number | null;
  deletedAt: number | null;
  readonly versions: Map<number, ModelVersion>;
}

export interface ModelVersion {
  readonly version: number;
  /** A {@link isPlaceholder placeholder} until it is seen. */
  objectId: string;
  readonly content: SaveContent;
  readonly device: string;
  readonly base: number | null;
  readonly origin: 'upload' | 'restore' | 'resolve';
  readonly source: number | null;
  readonly side: boolean;
  settledAs: string | null;
  keptUntil: number | null;
  pinned: boolean;
}

export interface ModelUpload {
  id: string;
  readonly device: string;
  readonly slot: string;
  readonly content: SaveContent;
  readonly base: number | null;
  readonly side: boolean;
  expiresAt: number;
}

export interface ModelEvent {
  readonly type: 'synchronized' | 'conflict';
  readonly slot: string;
  readonly change: string | null;
  readonly version: number | null;
  readonly sideVersion: number | null;
}

export interface ModelRules {
  readonly quotaBytes: number;
  readonly uploadTtlMs: number;
  readonly sideRetentionMs: number;
  readonly deletedRetentionMs: number;
}

export function newModel(keepVersions: number): SavesModel {
  const empty = { slots: new Map(), uploads: new Map(), events: [], marked: new Set<string>() };
  return { ...empty, lastVersion: 0, enabled: true, keepVersions };
}

export function copyOfModel(model: SavesModel): SavesModel {
  const slots = [...model.slots].map(([name, slot]) => {
    const versions = [...slot.versions].map(([number, version]) => [number, { ...version }] as const);
    return [name, { ...slot, versions: new Map(versions) }] as const;
  });
  const uploads = [...model.uploads].map(([key, upload]) => [key, { ...upload }] as const);
  const { events, marked } = model;
  return {
    ...model,
    slots: new Map(slots),
    uploads: new Map(uploads),
    events: [...events],
    marked: new Set(marked),
  };
}

export function uploadKey(device: string, slot: string): string {
  return `${device} ${slot}`;
}

let placeholders = 0;
/** In place of an id that the service makes up. */
export function newPlaceholder(): string {
  return `new-${(placeholders += 1)}`;
}
export function isPlaceholder(id: string): boolean {
  return id.startsWith('new-');
}

export function headOf(slot: ModelSlot | undefined): ModelVersion | null {
  return slot?.versions.get(slot.head ?? 0) ?? null;
}

export function isOpen({ side, settledAs }: ModelVersion): boolean {
  return side && settledAs === null;
}

/** S3: whether it must still be there. */
export function isKept(
  model: SavesModel,
  slot: ModelSlot,
  version: ModelVersion,
  now: number,
  rules: ModelRules,
): boolean {
  if (isOpen(version) || (version.keptUntil !== null && version.keptUntil > now)) return true;
  if (slot.deletedAt !== null) return slot.deletedAt + rules.deletedRetentionMs > now;
  const newest = [...slot.versions.keys()].sort((one, other) => other - one).slice(0, model.keepVersions);
  return version.version === slot.head || version.pinned || newest.includes(version.version);
}

/** S6: bytes of the objects that are not marked as lost. */
export function storedBytes(model: SavesModel): number {
  const objects = new Map<string, number>();
  for (const { versions } of model.slots.values()) {
    for (const { objectId, content } of versions.values()) {
      if (!model.marked.has(objectId)) objects.set(objectId, content.sizeBytes);
    }
  }
  return [...objects.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** S6: bytes of the uploads. */
export function reservedBytes({ uploads }: SavesModel): number {
  return [...uploads.values()].reduce((sum, { content }) => sum + content.sizeBytes, 0);
}
