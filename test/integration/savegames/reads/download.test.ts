import { beforeEach, expect, it } from '@jest/globals';
import { downloadUrl } from '../../../../lib/savegames/download.ts';
import { composedSha256 } from '../../../../lib/savegames/parts.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, signed, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('downloading a save', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  const download = (version?: number, slot = SLOT) =>
    downloadUrl(saver.context(), {
      game_id: saver.gameId.toUpperCase(),
      slot,
      ...(version === undefined ? {} : { version }),
    });

  it('gives the head, or any version that is kept, byte for byte, for as long as a URL may be used', async () => {
    const [first, second] = [newContent(), newContent()];
    const base = await device.save({ content: first });
    await device.save({ content: second, base_version: base });
    const head = await download();
    expect(head).toMatchObject({
      game_id: saver.gameId,
      slot: SLOT,
      part_sha256: null,
      version: { version: 2, state: 'head', sha256: second.sha256 },
    });
    const get = signed(head.get);
    expect(get.expiresAt).toBe(saver.now + saver.rules.urlSeconds * 1000);
    expect(saver.store.send(get).content?.bytes).toEqual(second.bytes);
    const past = await download(base);
    expect(saver.store.send(signed(past.get)).content?.bytes).toEqual(first.bytes);
    saver.now = get.expiresAt;
    expect(saver.store.send(get).status).toBe(403);
  });

  it('names the parts of a large save, to be checked one by one', async () => {
    const hashes = ['a', 'b'].map((digit) => digit.repeat(64));
    await device.save();
    await saver.db
      .updateTable('savegame_objects')
      .set({ sha256: Buffer.from(composedSha256(hashes), 'hex'), part_sha256: Buffer.from(hashes.join(''), 'hex') })
      .where('user_id', '=', saver.userId)
      .execute();
    expect(await download()).toMatchObject({ part_sha256: hashes });
  });

  it('of a file that the store lost says so', async () => {
    await device.save();
    const lost = { missing_since: new Date(saver.now) };
    await saver.db.updateTable('savegame_objects').set(lost).where('user_id', '=', saver.userId).execute();
    expect(await saver.mustRefuse('SAVEGAME_LOST', () => download())).toEqual({ version: 1 });
  });

  it('is for the user’s own saves', async () => {
    await device.save();
    await saver.mustRefuse('NOT_FOUND', () => download(99));
    await saver.mustRefuse('NOT_FOUND', () => download(undefined, 'slot-9'));
    const stranger = await Saver.of(database());
    await saver.mustRefuse('NOT_FOUND', () =>
      downloadUrl(stranger.context(), { game_id: saver.gameId, slot: SLOT, version: 1 }),
    );
  });

  it('changes nothing and needs no store that answers', async () => {
    await device.save();
    saver.store.faults = (method) => (method === 'signGet' ? null : 'not done');
    const before = await saver.rows();
    await download();
    expect(await saver.rows()).toEqual(before);
  });
});
