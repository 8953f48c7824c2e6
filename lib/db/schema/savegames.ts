import type { Generated } from 'kysely';

/** What the words mean: lib/savegames/DESIGN.md. Checksums are the 32 bytes themselves. */
export interface SavegameTables {
  savegame_accounts: SavegameAccounts;
  savegame_metadata: SavegameMetadata;
  savegame_objects: SavegameObjects;
  savegame_versions: SavegameVersions;
  savegame_uploads: SavegameUploads;
  savegame_sync_settings: SavegameSyncSettings;
  savegame_garbage: SavegameGarbage;
  savegame_audit_position: SavegameAuditPosition;
}

/** One row a user; whoever changes any of the user's saves holds it first. */
interface SavegameAccounts {
  user_id: string;
  /** Rises with every change of the user's saves. */
  changes: Generated<number>;
  /** The highest version number given so far, over all slots. */
  last_version: Generated<number>;
  /** Sum of the objects that are not missing. */
  stored_bytes: Generated<number>;
  /** Sum of the unfinished uploads. */
  reserved_bytes: Generated<number>;
}

interface SavegameMetadata {
  user_id: string;
  game_id: string;
  slot: string;
  /** Null: deleted. */
  head_version: number | null;
  /** The head when it was deleted; null: not deleted, or it never had one (all its saves lost). */
  deleted_version: number | null;
  deleted_at: Date | null;
  updated_at: Date;
}

interface SavegameObjects {
  user_id: string;
  /** The id of the upload that brought it. */
  object_id: string;
  size_bytes: number;
  sha256: Buffer;
  /** Of an object in parts: 32 bytes a part, in order. */
  part_sha256: Buffer | null;
  created_at: Date;
  /** Since when the store has been known not to hold it. */
  missing_since: Date | null;
}

interface SavegameVersions {
  user_id: string;
  game_id: string;
  slot: string;
  version: number;
  object_id: string;
  device_id: string;
  /** What the save was made from; of a head: the head before it. */
  base_version: number | null;
  origin: 'upload' | 'restore' | 'resolve';
  /** The version that a restored or resolved one shares its object with. */
  source_version: number | null;
  /** Never was the head: it lost. */
  side: boolean;
  /** How the conflict ended; null for heads, and while it is open. */
  settled_as: 'local' | 'cloud' | 'both' | 'folded' | 'expired' | null;
  settled_at: Date | null;
  /** Whatever else may let it go: not before this. */
  kept_until: Date | null;
  pinned: Generated<boolean>;
  label: string | null;
  /** By the device's own clock; shown, never compared. */
  client_saved_at: Date | null;
  created_at: Date;
}

/** At most one of a device and slot. */
interface SavegameUploads {
  user_id: string;
  game_id: string;
  slot: string;
  device_id: string;
  /** Becomes the object's id. */
  upload_id: string;
  size_bytes: number;
  sha256: Buffer;
  part_sha256: Buffer | null;
  base_version: number | null;
  /** Announced as a side version. */
  side: boolean;
  label: string | null;
  client_saved_at: Date | null;
  /** The store's name for the parts under way; null: in one piece, or not begun yet. */
  parts_id: string | null;
  created_at: Date;
  expires_at: Date;
}

interface SavegameSyncSettings {
  user_id: string;
  /** All zeros: for every game without settings of its own. */
  game_id: string;
  enabled: boolean;
  keep_versions: number;
  on_conflict: 'ask' | 'local' | 'cloud' | 'both';
  version: number;
  updated_at: Date;
}

/** Objects that no row speaks of any more and that are still to be removed from the store. Says nothing of users. */
interface SavegameGarbage {
  object_id: string;
  /** Parts under way that are to be given up first. */
  parts_id: string | null;
  /** Also what a store with versioning keeps: somebody was erased. */
  every_version: boolean;
  due_at: Date;
  /** A sweeper is at it until then, or failed at it. */
  leased_until: Date | null;
}

/** How far the audit of the store against the rows has come; one row. */
interface SavegameAuditPosition {
  only_row: Generated<boolean>;
  after_id: string | null;
  moved_at: Date;
}
