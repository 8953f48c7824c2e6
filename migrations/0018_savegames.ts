import { sql, type Kysely } from 'kysely';

/**
 * Cloud saves. What they mean, and why: lib/savegames/DESIGN.md.
 *
 * - `savegame_accounts` is the lock of all changes of a user's saves, and what makes the quota exact. `changes` lets a
 *   change that was decided upon what was read before see whether it still holds.
 * - A slot whose only versions lost has no head, and never had one: `deleted_version` is null then, too.
 * - Objects are rows of their own, for versions share them.
 * - The unique indexes over ids alone are for the audit, which walks the store's list and the rows side by side in the
 *   order of the ids.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE savegame_accounts (
      user_id uuid PRIMARY KEY,
      changes bigint NOT NULL DEFAULT 0,
      last_version bigint NOT NULL DEFAULT 0,
      stored_bytes bigint NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0),
      reserved_bytes bigint NOT NULL DEFAULT 0 CHECK (reserved_bytes >= 0)
    ) WITH (fillfactor = 80)`.execute(db);
  await sql`
    CREATE TABLE savegame_metadata (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      slot text NOT NULL,
      head_version bigint,
      deleted_version bigint,
      deleted_at timestamptz,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, slot),
      CHECK ((head_version IS NULL) = (deleted_at IS NOT NULL)),
      CHECK (deleted_version IS NULL OR deleted_at IS NOT NULL)
    ) WITH (fillfactor = 80)`.execute(db);
  await sql`CREATE INDEX savegame_metadata_deleted ON savegame_metadata (deleted_at) WHERE deleted_at IS NOT NULL`.execute(
    db,
  );
  await sql`
    CREATE TABLE savegame_objects (
      user_id uuid NOT NULL,
      object_id uuid NOT NULL,
      size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
      sha256 bytea NOT NULL,
      part_sha256 bytea,
      created_at timestamptz NOT NULL,
      missing_since timestamptz,
      PRIMARY KEY (user_id, object_id)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX savegame_objects_id ON savegame_objects (object_id)`.execute(db);
  await sql`
    CREATE INDEX savegame_objects_missing ON savegame_objects (missing_since)
    WHERE missing_since IS NOT NULL`.execute(db);
  await sql`
    CREATE TABLE savegame_versions (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      slot text NOT NULL,
      version bigint NOT NULL,
      object_id uuid NOT NULL,
      device_id uuid NOT NULL,
      base_version bigint,
      origin text NOT NULL,
      source_version bigint,
      side boolean NOT NULL,
      settled_as text,
      settled_at timestamptz,
      kept_until timestamptz,
      pinned boolean NOT NULL DEFAULT false,
      label text,
      client_saved_at timestamptz,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, slot, version),
      CHECK ((settled_as IS NULL) = (settled_at IS NULL)),
      CHECK (side OR settled_as IS NULL)
    )`.execute(db);
  await sql`CREATE INDEX savegame_versions_object ON savegame_versions (user_id, object_id)`.execute(db);
  await sql`CREATE INDEX savegame_versions_kept ON savegame_versions (kept_until) WHERE kept_until IS NOT NULL`.execute(
    db,
  );
  await sql`
    CREATE TABLE savegame_uploads (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      slot text NOT NULL,
      device_id uuid NOT NULL,
      upload_id uuid NOT NULL,
      size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
      sha256 bytea NOT NULL,
      part_sha256 bytea,
      base_version bigint,
      side boolean NOT NULL,
      label text,
      client_saved_at timestamptz,
      parts_id text,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, slot, device_id)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX savegame_uploads_id ON savegame_uploads (upload_id)`.execute(db);
  await sql`CREATE INDEX savegame_uploads_expiry ON savegame_uploads (expires_at)`.execute(db);
  await sql`
    CREATE TABLE savegame_sync_settings (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      enabled boolean NOT NULL,
      keep_versions integer NOT NULL,
      on_conflict text NOT NULL,
      version bigint NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id)
    )`.execute(db);
  await sql`
    CREATE TABLE savegame_garbage (
      object_id uuid PRIMARY KEY,
      parts_id text,
      every_version boolean NOT NULL,
      due_at timestamptz NOT NULL,
      leased_until timestamptz
    )`.execute(db);
  await sql`CREATE INDEX savegame_garbage_due ON savegame_garbage (due_at)`.execute(db);
  await sql`
    CREATE TABLE savegame_audit_position (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      after_id uuid,
      moved_at timestamptz NOT NULL
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`
    DROP TABLE savegame_accounts, savegame_metadata, savegame_objects, savegame_versions, savegame_uploads,
      savegame_sync_settings, savegame_garbage, savegame_audit_position`.execute(db);
}
