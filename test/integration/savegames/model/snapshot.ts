import { sql } from 'kysely';
import type { Database } from '../../../../lib/db/database.ts';

/** Everything that the database holds of a user's saves, and of the garbage of all. Times are ms since the Unix epoch. */
export interface Snapshot {
  readonly account: { readonly last: number; readonly stored: number; readonly reserved: number };
  readonly slots: readonly {
    readonly slot: string;
    readonly head: number | null;
    readonly deletedVersion: number | null;
    readonly deletedAt: number | null;
  }[];
  readonly versions: readonly VersionSeen[];
  readonly objects: readonly {
    readonly id: string;
    readonly size: number;
    readonly sha256: string;
    readonly missing: boolean;
  }[];
  readonly uploads: readonly UploadSeen[];
  readonly garbage: readonly { readonly id: string; readonly waits: boolean }[];
  readonly events: readonly EventSeen[];
}

export interface VersionSeen {
  readonly slot: string;
  readonly version: number;
  readonly objectId: string;
  readonly device: string;
  readonly base: number | null;
  readonly origin: string;
  readonly source: number | null;
  readonly side: boolean;
  readonly settledAs: string | null;
  readonly keptUntil: number | null;
  readonly pinned: boolean;
}

export interface UploadSeen {
  readonly id: string;
  readonly device: string;
  readonly slot: string;
  readonly size: number;
  readonly sha256: string;
  readonly base: number | null;
  readonly side: boolean;
  readonly expiresAt: number;
  readonly partsId: string | null;
}

export interface EventSeen {
  readonly type: string;
  readonly slot: string;
  readonly change: string | null;
  readonly version: number | null;
  readonly sideVersion: number | null;
}

const NOTHING = { last: 0, stored: 0, reserved: 0 };

/** All of one moment. */
export async function takeSnapshot({ db }: Pick<Database, 'db'>, userId: string, now: number): Promise<Snapshot> {
  const at = new Date(now);
  const { rows } = await sql<{ snapshot: Omit<Snapshot, 'account'> & { account: Snapshot['account'] | null } }>`
    SELECT json_build_object(
      'account', (
        SELECT json_build_object('last', last_version, 'stored', stored_bytes, 'reserved', reserved_bytes)
        FROM savegame_accounts WHERE user_id = ${userId}),
      'slots', (
        SELECT coalesce(json_agg(json_build_object('slot', slot, 'head', head_version,
          'deletedVersion', deleted_version, 'deletedAt', ${ms('deleted_at')}) ORDER BY slot), '[]')
        FROM savegame_metadata WHERE user_id = ${userId}),
      'versions', (
        SELECT coalesce(json_agg(json_build_object('slot', slot, 'version', version, 'objectId', object_id,
          'device', device_id, 'base', base_version, 'origin', origin, 'source', source_version, 'side', side,
          'settledAs', settled_as, 'keptUntil', ${ms('kept_until')}, 'pinned', pinned) ORDER BY version), '[]')
        FROM savegame_versions WHERE user_id = ${userId}),
      'objects', (
        SELECT coalesce(json_agg(json_build_object('id', object_id, 'size', size_bytes,
          'sha256', encode(sha256, 'hex'), 'missing', missing_since IS NOT NULL) ORDER BY object_id), '[]')
        FROM savegame_objects WHERE user_id = ${userId}),
      'uploads', (
        SELECT coalesce(json_agg(json_build_object('id', upload_id, 'device', device_id, 'slot', slot,
          'size', size_bytes, 'sha256', encode(sha256, 'hex'), 'base', base_version, 'side', side,
          'expiresAt', ${ms('expires_at')}, 'partsId', parts_id) ORDER BY upload_id), '[]')
        FROM savegame_uploads WHERE user_id = ${userId}),
      'garbage', (
        SELECT coalesce(json_agg(json_build_object('id', object_id,
          'waits', due_at > ${at} OR coalesce(leased_until > ${at}, false))), '[]')
        FROM savegame_garbage),
      'events', (
        SELECT coalesce(json_agg(json_build_object('type', replace(event_type, 'library.savegame.', ''),
          'slot', data->>'slot', 'change', data->>'change', 'version', (data->>'version')::bigint,
          'sideVersion', (data->>'side_version')::bigint) ORDER BY event_number), '[]')
        FROM outbox_events WHERE user_id = ${userId} AND event_type LIKE 'library.savegame.%')
    ) AS snapshot`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a constant row was not there');
  return { ...row.snapshot, account: row.snapshot.account ?? NOTHING };
}

function ms(column: string) {
  return sql`(extract(epoch FROM ${sql.ref(column)}) * 1000)::bigint`;
}
