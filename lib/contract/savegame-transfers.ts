import Type from 'typebox';
import type { Static } from 'typebox';
import { choice, closed, DeviceId, GameId, nullable, text, timestamp, UserId, uuid } from './fields.ts';
import {
  bytes,
  CHECKSUM,
  MAX_SAVE_BYTES,
  OtherDevices,
  partSha256,
  SaveSlot,
  SaveVersion,
  sha256,
  Slot,
  version,
} from './savegames.ts';

/** Shapes of what moves saves and decides about them. */

export const SignedRequest = closed(
  {
    method: choice(['PUT', 'GET'], 'The only method it is for'),
    url: Type.String({
      format: 'uri',
      description: 'To be used as it is',
      examples: ['https://saves.example/ab12?signature=6f70'],
    }),
    headers: Type.Record(Type.String(), Type.String(), {
      description: 'To be sent with it, beside Content-Length',
      examples: [{ 'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=' }],
    }),
    expires_at: timestamp('Until when it may be begun'),
  },
  { title: 'SignedRequest' },
);
export type SignedRequest = Static<typeof SignedRequest>;

export const UploadUrlBody = closed(
  {
    game_id: GameId,
    slot: Slot,
    device_id: DeviceId,
    size_bytes: Type.Integer({ minimum: 0, maximum: MAX_SAVE_BYTES, description: 'Of the file', examples: [48213] }),
    sha256: sha256(CHECKSUM),
    part_sha256: Type.Optional(partSha256),
    base_version: nullable(version('What the device last synchronised of this slot; null: nothing')),
    as: Type.Optional(
      choice(
        ['head', 'side'],
        '`side`: keep it beside the save in the cloud, for a conflict to be decided later; default: `head`',
      ),
    ),
    label: Type.Optional(nullable(text('What people call it', 100, { minLength: 1, example: 'Before the last boss' }))),
    client_saved_at: Type.Optional(nullable(timestamp("When it was saved, by the device's clock; for people only"))),
  },
  { title: 'UploadUrlBody' },
);
export type UploadUrlBody = Static<typeof UploadUrlBody>;

export const UploadId = uuid('An upload');

const Upload = closed(
  {
    upload_id: UploadId,
    as: choice(['head', 'side'], 'What it is announced as'),
    expires_at: timestamp('It is given up unless confirmed or asked for again until then'),
    put: nullable(SignedRequest),
    parts: nullable(
      Type.Array(
        closed({
          number: Type.Integer({ minimum: 1, description: 'From 1 on', examples: [1] }),
          size_bytes: bytes('Of the part'),
          put: nullable(SignedRequest),
        }),
        { description: 'Of a save above 64 MiB; a part without `put` is in the store already' },
      ),
    ),
  },
  { title: 'Upload' },
);

export const UploadUrlReply = closed(
  {
    unchanged: Type.Boolean({ description: 'The cloud has this very save already: nothing to upload' }),
    head: nullable(SaveVersion),
    upload: nullable(Upload),
    other_devices: OtherDevices,
  },
  { title: 'UploadUrlReply' },
);
export type UploadUrlReply = Static<typeof UploadUrlReply>;

export const ConfirmUploadBody = closed({ upload_id: UploadId }, { title: 'ConfirmUploadBody' });
export const ConfirmUploadReply = closed(
  { game_id: GameId, slot: Slot, version: SaveVersion, head: nullable(SaveVersion) },
  { title: 'ConfirmUploadReply' },
);
export type ConfirmUploadReply = Static<typeof ConfirmUploadReply>;

const slotMembers = { game_id: GameId, slot: Slot };

export const ResolveBody = closed(
  {
    ...slotMembers,
    side_version: version('The save that lost'),
    keep: choice(
      ['local', 'cloud', 'both'],
      '`local`: the side version becomes the head; `cloud`: the head stays; `both`: the side version becomes a slot of its own',
    ),
    head_version: nullable(version('The head that the decision is about; null: the slot was deleted')),
    into_slot: Type.Optional(Slot),
    device_id: DeviceId,
  },
  { title: 'ResolveBody' },
);
export type ResolveBody = Static<typeof ResolveBody>;

export const ResolveReply = closed({ slot: SaveSlot, other_slot: nullable(SaveSlot) }, { title: 'ResolveReply' });
export type ResolveReply = Static<typeof ResolveReply>;

export const RestoreBody = closed(
  {
    ...slotMembers,
    version: Type.Optional(version('Default, of a deleted slot: what it was at')),
    head_version: nullable(version('The head that it is to follow; null: the slot was deleted')),
    device_id: DeviceId,
  },
  { title: 'RestoreBody' },
);
export type RestoreBody = Static<typeof RestoreBody>;

export const DownloadUrlBody = closed(
  { ...slotMembers, version: Type.Optional(version('Default: the head')) },
  { title: 'DownloadUrlBody' },
);
export type DownloadUrlBody = Static<typeof DownloadUrlBody>;

export const DownloadUrlReply = closed(
  {
    ...slotMembers,
    version: SaveVersion,
    part_sha256: nullable(partSha256),
    get: SignedRequest,
  },
  { title: 'DownloadUrlReply' },
);
export type DownloadUrlReply = Static<typeof DownloadUrlReply>;

export const PatchVersionBody = closed(
  {
    pinned: Type.Optional(Type.Boolean({ description: 'Keep it until it is unpinned' })),
    label: Type.Optional(nullable(text('What people call it', 100, { minLength: 1, example: 'Before the last boss' }))),
  },
  { title: 'PatchVersionBody', minProperties: 1 },
);
export type PatchVersionBody = Static<typeof PatchVersionBody>;

const VersionInPath = Type.String({
  pattern: '^[1-9][0-9]{0,14}$',
  description: 'A version of the slot',
  examples: ['7'],
});
export const SlotParams = closed(slotMembers);
export const VersionParams = closed({ ...slotMembers, version: VersionInPath });
export const UserSlotParams = closed({ user_id: UserId, ...slotMembers });
export const UploadParams = closed({ upload_id: UploadId });
export const UserParams = closed({ user_id: UserId });
export const DeleteSlotQuery = closed({
  permanently: Type.Boolean({ default: false, description: 'At once and for good, and its room is free' }),
});
