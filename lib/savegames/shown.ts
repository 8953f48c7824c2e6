import { sql, type Kysely } from 'kysely';
import type { SaveSlot, SaveVersion } from '../contract/savegames.ts';
import type { Schema } from '../db/schema.ts';
import type { SavegameTables } from '../db/schema/savegames.ts';
import type { Selectable } from 'kysely';
import { DAY_MS } from '../playtime/days.ts';
import type { SaveRules } from './account.ts';

/** A version as it is read for showing: its row, its object, and what its slot is at. */
export interface VersionRow extends Omit<Selectable<SavegameTables['savegame_versions']>, 'user_id'> {
  readonly size_bytes: number;
  readonly sha256: Buffer;
  readonly part_sha256: Buffer | null;
  readonly missing_since: Date | null;
  readonly head_version: number | null;
}

/** Versions with their objects and slots; narrow it down with `where`. Columns: `v`, `o` and `m`. */
export function selectVersions(db: Kysely<Schema>, userId: string) {
  return db
    .selectFrom('savegame_versions as v')
    .innerJoin('savegame_objects as o', (join) =>
      join.onRef('o.user_id', '=', 'v.user_id').onRef('o.object_id', '=', 'v.object_id'),
    )
    .innerJoin('savegame_metadata as m', (join) =>
      join.onRef('m.user_id', '=', 'v.user_id').onRef('m.game_id', '=', 'v.game_id').onRef('m.slot', '=', 'v.slot'),
    )
    .select(['v.game_id', 'v.slot', 'v.version', 'v.object_id', 'v.device_id', 'v.base_version', 'v.origin'])
    .select(['v.source_version', 'v.side', 'v.settled_as', 'v.settled_at', 'v.kept_until', 'v.pinned', 'v.label'])
    .select(['v.client_saved_at', 'v.created_at', 'o.size_bytes', 'o.sha256', 'o.part_sha256', 'o.missing_since'])
    .select('m.head_version')
    .where('v.user_id', '=', userId);
}

export function shownVersion(row: VersionRow): SaveVersion {
  return {
    version: row.version,
    size_bytes: row.size_bytes,
    sha256: row.sha256.toString('hex'),
    device_id: row.device_id,
    base_version: row.base_version,
    origin: row.origin,
    source_version: row.source_version,
    state: stateOf(row),
    settled_as: row.settled_as,
    pinned: row.pinned,
    label: row.label,
    available: row.missing_since === null,
    client_saved_at: row.client_saved_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    kept_until: row.kept_until?.toISOString() ?? null,
  };
}

function stateOf({ version, head_version, side, settled_at }: VersionRow): SaveVersion['state'] {
  if (version === head_version) return 'head';
  if (!side) return 'past';
  return settled_at === null ? 'conflict' : 'settled';
}

/** One slot as the API shows it; null: there is none. */
export async function shownSlot(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  slot: string,
  rules: SaveRules,
): Promise<SaveSlot | null> {
  const [shown] = await shownSlots(db, userId, [{ game_id: gameId, slot }], rules);
  return shown ?? null;
}

/** Slots as the API shows them, in the order given; those that are not there are left out. */
export async function shownSlots(
  db: Kysely<Schema>,
  userId: string,
  slots: readonly { readonly game_id: string; readonly slot: string }[],
  rules: SaveRules,
): Promise<readonly SaveSlot[]> {
  if (slots.length === 0) return [];
  const wanted = sql`(SELECT * FROM unnest(${slots.map(({ game_id }) => game_id)}::uuid[], ${slots.map(({ slot }) => slot)}::text[]))`;
  const rows = await db
    .selectFrom('savegame_metadata as m')
    .select(['m.game_id', 'm.slot', 'm.head_version', 'm.deleted_at', 'm.updated_at'])
    .select((eb) => [
      eb
        .selectFrom('savegame_versions as v')
        .select((count) => count.fn.countAll<number>().as('versions'))
        .whereRef('v.user_id', '=', 'm.user_id')
        .whereRef('v.game_id', '=', 'm.game_id')
        .whereRef('v.slot', '=', 'm.slot')
        .as('versions'),
      sql<number>`(
        SELECT coalesce(sum(o.size_bytes), 0)::bigint FROM savegame_objects o
        WHERE o.user_id = m.user_id AND o.missing_since IS NULL AND o.object_id IN (
          SELECT v.object_id FROM savegame_versions v
          WHERE v.user_id = m.user_id AND v.game_id = m.game_id AND v.slot = m.slot))`.as('stored_bytes'),
    ])
    .where('m.user_id', '=', userId)
    .where(sql<boolean>`(m.game_id, m.slot) IN ${wanted}`)
    .execute();
  const shownVersions = await selectVersions(db, userId)
    .where(sql<boolean>`(v.game_id, v.slot) IN ${wanted}`)
    .where(sql<boolean>`(v.version = m.head_version OR (v.side AND v.settled_at IS NULL))`)
    .orderBy('v.version', 'desc')
    .execute();
  return slots.flatMap(({ game_id, slot }) => {
    const row = rows.find((candidate) => candidate.game_id === game_id && candidate.slot === slot);
    if (row === undefined) return [];
    const own = shownVersions.filter((version) => version.game_id === game_id && version.slot === slot);
    const head = own.find(({ version, head_version }) => version === head_version);
    return [
      {
        game_id,
        slot,
        head: head === undefined ? null : shownVersion(head),
        conflicts: own.filter((version) => version !== head).map(shownVersion),
        versions: row.versions ?? 0,
        stored_bytes: row.stored_bytes,
        updated_at: row.updated_at.toISOString(),
        deleted_at: row.deleted_at?.toISOString() ?? null,
        recoverable_until:
          row.deleted_at === null
            ? null
            : new Date(row.deleted_at.getTime() + rules.deletedRetentionDays * DAY_MS).toISOString(),
      },
    ];
  });
}
