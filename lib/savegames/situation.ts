import type { Selectable } from 'kysely';
import type { OtherDevices } from '../contract/savegames.ts';
import type { SavegameTables } from '../db/schema/savegames.ts';
import type { VersionRow } from './shown.ts';
import { parametersFor } from '../db/parameter-table.ts';
import { ASKED_OF_SLOT, ASKED_OF_UPLOAD, SITUATION_OF_SLOT, SITUATION_OF_UPLOAD } from './situation-statement.ts';
import { OBJECT_COLUMNS, UPLOAD_COLUMNS, VERSION_COLUMNS } from './situation-statement.ts';
import type { Run } from './under-account.ts';

/** What an upload's fate hangs on, as it was at one moment. */
export interface Situation {
  /** How often the account had changed; 0: there was none. */
  readonly changes: number;
  readonly lastVersion: number;
  readonly storedBytes: number;
  readonly reservedBytes: number;
  readonly erased: boolean;
  /** Null: there is no such slot, nor a deleted one. */
  readonly slot: { readonly deletedAt: Date | null } | null;
  readonly head: VersionRow | null;
  /** The open side version of the device. */
  readonly ownSide: VersionRow | null;
}

/** What an announcement meets. */
export interface SlotSituation extends Situation {
  /** What the device has announced for the slot. */
  readonly upload: Upload | null;
  readonly hasGame: boolean;
  readonly syncEnabled: boolean;
  /** Of the game, other slots that are there or announced; counted only when this one has no head. */
  readonly otherSlots: number;
  /** Of the game, what other devices have not finished. */
  readonly otherUploads: OtherDevices['uploads'];
}

/** What a confirmation meets. */
export interface UploadSituation extends Situation {
  readonly upload: Upload;
  /** Versions that nothing but their being head may keep once the slot has one more. */
  readonly expendable: readonly Expendable[];
}

export interface Expendable {
  readonly version: number;
  readonly objectId: string;
  /** How many versions share the object. */
  readonly uses: number;
  /** What the object counts. */
  readonly countedBytes: number;
}

export type Upload = Omit<Selectable<SavegameTables['savegame_uploads']>, 'user_id'>;

/** Columns of the version and of the upload are prefixed by `v_` and `u_`; all of one are null when it is not there. */
type Row = { readonly [Column in keyof VersionRow as `v_${Column}`]: VersionRow[Column] } & {
  readonly changes: number | null;
  readonly last_version: number | null;
  readonly stored_bytes: number | null;
  readonly reserved_bytes: number | null;
  readonly erased: boolean;
  readonly game_id: string;
  readonly slot: string;
  readonly slot_known: boolean;
  readonly deleted_at: Date | null;
  readonly u_upload_id: string | null;
};
export interface SlotRow extends Row {
  readonly has_game: boolean;
  readonly sync_enabled: boolean | null;
  readonly other_slots: number | null;
  readonly other_uploads: OtherDevices['uploads'] | null;
}
export interface UploadRow extends Row {
  readonly expendable: boolean | null;
  readonly uses: number;
}

/** What the situation is read for. */
export interface Asking {
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
  readonly rules: { readonly keepVersions: number };
}

export async function situationOfSlot(
  run: Run,
  { userId, now }: Asking,
  { gameId, slot, deviceId }: { readonly gameId: string; readonly slot: string; readonly deviceId: string },
): Promise<SlotSituation> {
  const asked = { at: new Date(now), user_id: userId, game_id: gameId, slot, device_id: deviceId };
  return slotSituationIn(await run.query(SITUATION_OF_SLOT, parametersFor(ASKED_OF_SLOT, [asked])));
}

/** The situation that the rows of {@link SITUATION_OF_SLOT} tell of. */
export function slotSituationIn(rows: readonly SlotRow[]): SlotSituation {
  const [row] = rows;
  if (row === undefined) throw new TypeError('a constant row was not there');
  return {
    ...situationIn(row, rows),
    upload: row.u_upload_id === null ? null : uploadIn(row),
    hasGame: row.has_game,
    syncEnabled: row.sync_enabled ?? true,
    otherSlots: row.other_slots ?? 0,
    otherUploads: row.other_uploads ?? [],
  };
}

/** Of the slot that an upload is for; null: the user has no such upload. */
export async function situationOfUpload(
  run: Run,
  { userId, now, rules }: Asking,
  uploadId: string,
): Promise<UploadSituation | null> {
  const asked = { at: new Date(now), user_id: userId, upload_id: uploadId, keep_versions: rules.keepVersions };
  return uploadSituationIn(await run.query(SITUATION_OF_UPLOAD, parametersFor(ASKED_OF_UPLOAD, [asked])));
}

/** The situation that the rows of {@link SITUATION_OF_UPLOAD} tell of. */
export function uploadSituationIn(rows: readonly UploadRow[]): UploadSituation | null {
  const [row] = rows;
  if (row === undefined) return null;
  return {
    ...situationIn(row, rows),
    upload: uploadIn(row),
    expendable: rows.filter(({ expendable }) => expendable === true).map(expendableIn),
  };
}

function situationIn(row: Row, rows: readonly Row[]): Situation {
  // There is a row without a version when the slot has none of interest.
  const versions = rows.filter(({ v_object_id }) => (v_object_id as string | null) !== null);
  const head = versions.find(({ v_version, v_head_version }) => v_version === v_head_version);
  // Those of other devices are not read.
  const ownSide = versions.find(({ v_side, v_settled_at }) => v_side && v_settled_at === null);
  return {
    changes: row.changes ?? 0,
    lastVersion: row.last_version ?? 0,
    storedBytes: row.stored_bytes ?? 0,
    reservedBytes: row.reserved_bytes ?? 0,
    erased: row.erased,
    slot: row.slot_known ? { deletedAt: row.deleted_at } : null,
    head: head === undefined ? null : versionIn(head),
    ownSide: ownSide === undefined ? null : versionIn(ownSide),
  };
}

function versionIn(row: Row): VersionRow {
  const version = unprefixed(row, 'v_', [...VERSION_COLUMNS, ...OBJECT_COLUMNS]) as Omit<VersionRow, keyof Place>;
  return { ...version, game_id: row.game_id, slot: row.slot, head_version: row.v_head_version };
}

function uploadIn(row: Row): Upload {
  const upload = unprefixed(row, 'u_', UPLOAD_COLUMNS) as Omit<Upload, keyof Place>;
  return { ...upload, game_id: row.game_id, slot: row.slot };
}

function expendableIn({ v_version, v_object_id, uses, v_size_bytes, v_missing_since }: UploadRow): Expendable {
  return {
    version: v_version,
    objectId: v_object_id,
    uses,
    countedBytes: v_missing_since === null ? v_size_bytes : 0,
  };
}

type Place = Pick<Row, 'game_id' | 'slot'>;

function unprefixed(row: Row, prefix: string, names: readonly string[]): unknown {
  const values = row as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, values[prefix + name]]));
}
