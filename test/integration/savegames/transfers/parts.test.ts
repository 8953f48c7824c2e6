import { beforeEach, expect, it } from '@jest/globals';
import type { UploadUrlReply } from '../../../../lib/contract/savegame-transfers.ts';
import { composedSha256, objectParts } from '../../../../lib/savegames/parts.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, signed, type Device } from '../../../saver.ts';

const MIB = 1024 * 1024;
const SIZE = 80 * MIB + 5;

/** A save of six parts that nobody needs to hold. */
function largeSave() {
  const part_sha256 = Array.from({ length: 6 }, () => newContent().sha256);
  const content = { sizeBytes: SIZE, sha256: composedSha256(part_sha256), bytes: null };
  const parts = objectParts(SIZE, part_sha256).map(({ sizeBytes, sha256 }) => ({ sizeBytes, sha256, bytes: null }));
  return { announced: { content, part_sha256 }, parts };
}

onEachDatabase('a save above 64 MiB', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  type Parts = readonly { readonly sizeBytes: number; readonly sha256: string; readonly bytes: null }[];

  /** Sends those parts that are asked for. Returns their numbers. */
  function send({ upload }: UploadUrlReply, parts: Parts, only: readonly number[] = [1, 2, 3, 4, 5, 6]): number[] {
    return upload!.parts!.flatMap(({ number, put }) => {
      if (put === null || !only.includes(number)) return [];
      expect(saver.store.send(signed(put), parts[number - 1]).status).toBe(200);
      return [number];
    });
  }

  it('is announced by the checksums of its parts, and is confirmed when all of them are there', async () => {
    const { announced, parts } = largeSave();
    const reply = await device.announce(announced);
    expect(reply.upload!.put).toBeNull();
    expect(reply.upload!.parts!.map(({ number, size_bytes }) => [number, size_bytes])).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => [number, 16 * MIB]),
      [6, 5],
    ]);
    const { upload_id } = reply.upload!;
    await saver.mustRefuse('SAVEGAME_NOT_UPLOADED', () => device.confirm(upload_id));
    send(reply, parts, [1, 2, 3, 4, 5]);
    await saver.mustRefuse('SAVEGAME_NOT_UPLOADED', () => device.confirm(upload_id));
    send(reply, parts, [6]);
    expect((await device.confirm(upload_id)).version).toMatchObject({
      size_bytes: SIZE,
      sha256: announced.content.sha256,
    });
    expect(saver.store.unfinished()).toBe(0);
    const { part_sha256 } = await saver.db
      .selectFrom('savegame_objects')
      .select('part_sha256')
      .where('user_id', '=', saver.userId)
      .executeTakeFirstOrThrow();
    expect(part_sha256!.toString('hex')).toBe(announced.part_sha256.join(''));
    await saver.mustAddUp();
  });

  it('is refused without them, with too few, or with a checksum that is not theirs', async () => {
    const { content, part_sha256 } = largeSave().announced;
    const wrong = [
      { content },
      { content, part_sha256: part_sha256.slice(1) },
      { content, part_sha256: [...part_sha256].reverse() },
    ];
    for (const announced of wrong) await saver.mustRefuse('VALIDATION_ERROR', () => device.announce(announced));
  });

  it('goes on where it stopped: parts that are there need not be sent again', async () => {
    const { announced, parts } = largeSave();
    send(await device.announce(announced), parts, [2, 5]);
    const again = await device.announce(announced);
    expect(send(again, parts)).toEqual([1, 3, 4, 6]);
    expect(send(await device.announce(announced), parts)).toEqual([]);
    expect((await device.confirm(again.upload!.upload_id)).version.version).toBe(1);
  });

  it('has nothing to send when its parts were put together and only the confirmation is missing', async () => {
    const { announced, parts } = largeSave();
    const reply = await device.announce(announced);
    send(reply, parts);
    saver.store.faults = (method) => (method === 'describe' ? 'not done' : null);
    await saver.mustRefuse('UNAVAILABLE', () => device.confirm(reply.upload!.upload_id));
    saver.store.faults = () => null;
    const again = await device.announce(announced);
    expect(again.upload!.upload_id).toBe(reply.upload!.upload_id);
    expect(send(again, parts)).toEqual([]);
    expect((await device.confirm(again.upload!.upload_id)).version.version).toBe(1);
  });

  it('is begun anew when the store knows nothing of what was begun', async () => {
    const { announced, parts } = largeSave();
    await device.announce(announced);
    for await (const unfinished of saver.store.listUnfinished()) await saver.store.abandonParts(unfinished);
    const again = await device.announce(announced);
    expect(send(again, parts)).toHaveLength(6);
    expect((await device.confirm(again.upload!.upload_id)).version.version).toBe(1);
    expect(saver.store.unfinished()).toBe(0);
  });

  it('can be repaired when the store put something else together', async () => {
    const { announced, parts } = largeSave();
    const first = await device.announce(announced);
    const { upload_id } = first.upload!;
    send(first, parts);
    for await (const unfinished of saver.store.listUnfinished()) await saver.store.abandonParts(unfinished);
    saver.store.plant(upload_id, newContent());
    await expect(device.confirm(upload_id)).rejects.toMatchObject({ type: 'SAVEGAME_CONTENT_MISMATCH' });
    const again = await device.announce(announced);
    expect(again.upload!.upload_id).toBe(upload_id);
    expect(send(again, parts)).toHaveLength(6);
    expect((await device.confirm(upload_id)).version.version).toBe(1);
  });

  it('leaves its parts on the garbage list when another one takes its place', async () => {
    const { announced, parts } = largeSave();
    const first = await device.announce(announced);
    send(first, parts, [1]);
    await device.announce();
    const entry = (await saver.garbage()).find(({ object_id }) => object_id === first.upload!.upload_id);
    const underWay: (string | null)[] = [];
    for await (const { partsId } of saver.store.listUnfinished()) underWay.push(partsId);
    expect(underWay).toEqual([entry?.parts_id]);
    await saver.mustAddUp();
  });

  it('begins its parts once when it is announced twice at once', async () => {
    const { announced, parts } = largeSave();
    const replies = await Promise.allSettled([device.announce(announced), device.announce(announced)]);
    expect(replies.some(({ status }) => status === 'fulfilled')).toBe(true);
    const reply = await device.announce(announced);
    send(reply, parts);
    expect((await device.confirm(reply.upload!.upload_id)).version.version).toBe(1);
    expect(saver.store.unfinished()).toBe(0);
  });
});
