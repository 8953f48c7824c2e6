import Type from 'typebox';
import type { Static } from 'typebox';
import { choice, closed, DeviceId, GameId, nullable, page, pagination, text, timestamp } from './fields.ts';

/** Shapes of cloud saves. What the words mean: lib/savegames/DESIGN.md. */

/** Slots of a game that are not deleted, at most. */
export const MAX_SLOTS = 200;
/** More parts than the largest save that may be configured has. */
const MAX_PARTS = 640;
/** The largest save that may be configured: 10 GiB. */
export const MAX_SAVE_BYTES = 10 * 1024 ** 3;
/** Versions a user may ask to keep of each slot. */
export const MAX_KEPT_VERSIONS = 50;
/** Conflicts of a slot that wait for a decision, at most; those of devices that had none yet are refused beyond. */
export const MAX_OPEN_CONFLICTS = 20;
/** Pinned versions of a slot, at most. */
export const MAX_PINNED = 20;
/** Games that may have settings of their own. */
export const MAX_SYNCED_GAMES = 500;

const SLOT_PATTERN = '^[a-z0-9][a-z0-9._-]{0,63}$';
export const Slot = Type.String({
  pattern: SLOT_PATTERN,
  description: 'A slot of the game, named by the launcher; lower case, so that no file system takes two for one',
  examples: ['slot-1'],
});

export const version = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description, examples: [7] });
export const bytes = (description: string) => Type.Integer({ minimum: 0, description, examples: [48213] });
export const sha256 = (description: string) =>
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description,
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  });
export const CHECKSUM =
  'SHA-256 of the file, in lower-case hexadecimal; of a save above 64 MiB: of the SHA-256s (as bytes) of its parts of ' +
  '16 MiB, one after the other';
export const partSha256 = Type.Array(sha256('SHA-256 of one part'), {
  minItems: 1,
  maxItems: MAX_PARTS,
  description: 'Of a save above 64 MiB: the SHA-256 of each part, in order. All parts have 16 MiB but the last',
});

export const SaveVersion = closed(
  {
    version: version("Rises with every version of the user's saves, over all slots; never comes twice"),
    size_bytes: bytes('Of the file'),
    sha256: sha256(CHECKSUM),
    device_id: DeviceId,
    base_version: nullable(version('The version it was made from; null: none')),
    origin: choice(['upload', 'restore', 'resolve'], 'How it came to be'),
    source_version: nullable(version('The version whose content was brought back, or won a conflict')),
    state: choice(
      ['head', 'past', 'conflict', 'settled'],
      'What the slot is at; was at; lost to another device and is not decided; lost, and is decided',
    ),
    settled_as: nullable(choice(['local', 'cloud', 'both', 'folded', 'expired'], 'How the conflict was decided')),
    pinned: Type.Boolean({ description: 'Kept until it is unpinned' }),
    label: nullable(text('What people call it', 100, { example: 'Before the last boss' })),
    available: Type.Boolean({ description: 'Whether the store has the file; false: lost, operators know' }),
    client_saved_at: nullable(timestamp("When it was saved, by the device's clock; for people only")),
    created_at: timestamp('When it was confirmed'),
    kept_until: nullable(timestamp('It is kept at least until then; null: as long as it is head, pinned or recent')),
  },
  { title: 'SaveVersion' },
);
export type SaveVersion = Static<typeof SaveVersion>;

export const SaveSlot = closed(
  {
    game_id: GameId,
    slot: Slot,
    head: nullable(SaveVersion),
    conflicts: Type.Array(SaveVersion, { description: 'Saves that lost and wait for a decision, latest first' }),
    versions: Type.Integer({ minimum: 0, description: 'How many are kept, these among them', examples: [4] }),
    stored_bytes: bytes('Of all versions; a file that several share counts once'),
    updated_at: timestamp('When the head moved last'),
    deleted_at: nullable(timestamp('When it was deleted')),
    recoverable_until: nullable(timestamp('Until then a deleted slot can be restored')),
  },
  { title: 'SaveSlot' },
);
export type SaveSlot = Static<typeof SaveSlot>;

export const SaveSlotPage = page(SaveSlot, 'SaveSlotPage');
export type SaveSlotPage = Static<typeof SaveSlotPage>;
export const SaveVersionPage = page(SaveVersion, 'SaveVersionPage');
export type SaveVersionPage = Static<typeof SaveVersionPage>;

export const SaveSlotsQuery = closed({
  game_id: Type.Optional(GameId),
  slot: Type.Optional(Slot),
  deleted: Type.Boolean({ default: false, description: 'Deleted slots that can be restored, instead' }),
  ...pagination,
});
export type SaveSlotsQuery = Static<typeof SaveSlotsQuery>;
export const SaveVersionsQuery = closed(pagination);
export type SaveVersionsQuery = Static<typeof SaveVersionsQuery>;

export const SaveQuota = closed(
  {
    quota_bytes: bytes('What the user may store'),
    stored_bytes: bytes('What is stored, past versions and deleted slots that can be restored among it'),
    reserved_bytes: bytes('What unfinished uploads hold'),
    available_bytes: bytes('What is left'),
    max_save_bytes: bytes('Of one save, at most'),
    games: Type.Array(
      closed({
        game_id: GameId,
        slots: Type.Integer({ minimum: 0, description: 'Those not deleted', examples: [2] }),
        stored_bytes: bytes('Of all its slots; a file that several games share counts in each'),
      }),
      { description: 'The games with saves, largest first' },
    ),
  },
  { title: 'SaveQuota' },
);
export type SaveQuota = Static<typeof SaveQuota>;

const syncMembers = {
  enabled: Type.Boolean({ description: 'False: uploads are refused; what is stored stays and can be downloaded' }),
  keep_versions: Type.Integer({
    minimum: 1,
    maximum: MAX_KEPT_VERSIONS,
    description: 'How many versions of each slot are kept in any case; fewer than before from its next save on',
    examples: [10],
  }),
  on_conflict: choice(
    ['ask', 'local', 'cloud', 'both'],
    'What launchers shall choose; the service itself never chooses',
  ),
};
export const SyncSettings = closed(
  {
    game_id: nullable(GameId),
    ...syncMembers,
    inherited: Type.Boolean({ description: 'The game has none of its own: these are the ones for all games' }),
    version: Type.Integer({ minimum: 0, description: 'Rises with every change; 0: never changed', examples: [1] }),
  },
  { title: 'SyncSettings' },
);
export type SyncSettings = Static<typeof SyncSettings>;
export const SyncSettingsBody = closed(syncMembers, { title: 'SyncSettingsBody' });
export type SyncSettingsBody = Static<typeof SyncSettingsBody>;
export const SyncSettingsQuery = closed({ game_id: Type.Optional(GameId) });

/** What other devices are doing with the game, for a launcher to warn of. */
export const OtherDevices = closed(
  {
    uploads: Type.Array(
      closed({
        device_id: DeviceId,
        slot: Slot,
        size_bytes: bytes('Of the save'),
        begun_at: timestamp('When it was announced'),
        expires_at: timestamp('When it is given up'),
      }),
      { description: 'Uploads of other devices that are not finished' },
    ),
    live_sessions: nullable(
      Type.Array(closed({ device_id: DeviceId, started_at: timestamp('When it began') }), {
        description: 'The game is being played on these; null: cannot be told right now',
      }),
    ),
  },
  { title: 'OtherDevices' },
);
export type OtherDevices = Static<typeof OtherDevices>;

export const SyncStatus = closed(
  {
    game_id: GameId,
    status: choice(
      ['synchronized', 'uploading', 'conflict', 'off'],
      'The worst of: switched off, an open conflict, an unfinished upload of any device, none of these',
    ),
    slots: Type.Array(
      closed({
        slot: Slot,
        head_version: nullable(version('What it is at; null: deleted, with conflicts that wait for a decision')),
        sha256: nullable(sha256(CHECKSUM)),
        updated_at: timestamp('When the head moved last'),
        conflicts: Type.Integer({ minimum: 0, description: 'Side versions that wait for a decision', examples: [0] }),
      }),
    ),
    other_devices: OtherDevices,
  },
  { title: 'SyncStatus' },
);
export type SyncStatus = Static<typeof SyncStatus>;
export const SyncStatusQuery = closed({
  game_id: GameId,
  device_id: Type.Optional(DeviceId),
});
export type SyncStatusQuery = Static<typeof SyncStatusQuery>;
