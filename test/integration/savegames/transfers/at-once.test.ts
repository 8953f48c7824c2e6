import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { lockAccount } from '../../../../lib/savegames/account.ts';
import { cancelUpload } from '../../../../lib/savegames/cancel-upload.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { giveUpUploads } from '../../../../lib/savegames/give-up-uploads.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, refusalOf, Saver, SLOT, type Device } from '../../../saver.ts';
import { steppedDatabase } from '../../../stepped-database.ts';

onEachDatabase('transfers at once', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  /** A context in which something happens before a statement; fails when it never comes. */
  function meanwhile(happens: () => Promise<unknown>, before: RegExp) {
    awaited += 1;
    let happened = false;
    return saver.context(
      steppedDatabase(database(), async (step) => {
        if (!happened && before.test(step)) {
          [happened, awaited] = [true, awaited - 1];
          await happens();
        }
        return null;
      }),
    );
  }
  let awaited = 0;
  afterEach(() => expect(awaited).toBe(0));

  // Of what is not plain, and so is decided between two statements.
  const WRITING_VERSION = /^\s*WITH account AS \(\s*UPDATE savegame_accounts/;
  const WRITING_UPLOAD = /^\s*WITH account AS \(\s*INSERT INTO savegame_accounts/;

  it('one confirms, when the same upload is confirmed by many', async () => {
    const id = await device.upload();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refusalOf(device.confirm(id))));
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(1);
    for (const refusal of answers) if (refusal) expect(refusal.type).toBe('SAVEGAME_ALREADY_CONFIRMED');
    expect(await saver.versions()).toHaveLength(1);
    await saver.mustAddUp();
  });

  it('one wins, when many devices save upon the same base; all others are kept and told so', async () => {
    saver.rules = { ...saver.rules, keepVersions: 11 };
    const base_version = await device.save();
    const devices = Array.from({ length: 10 }, () => saver.device());
    const ids = await Promise.all(devices.map((each) => each.upload({ base_version })));
    const answers = await Promise.all(devices.map((each, at) => refusalOf(each.confirm(ids[at]!))));
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(1);
    const head = await saver.head();
    for (const refusal of answers) {
      if (refusal === null) continue;
      expect(refusal).toMatchObject({ type: 'SAVEGAME_CONFLICT', data: { cloud: { version: 2 } } });
    }
    expect(head).toBe(2);
    const versions = await saver.versions();
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 11 }, (_, n) => n + 1));
    expect(versions.filter(({ side }) => side)).toHaveLength(9);
    expect(await saver.events()).toHaveLength(11);
    await saver.mustAddUp();
  });

  it('the quota holds, whoever announces beside', async () => {
    saver.rules = { ...saver.rules, quotaBytes: 250 };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refusalOf(saver.device().announce({ content: newContent(100) }))),
    );
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(2);
    expect(await saver.account()).toEqual({ stored: 0, reserved: 200 });
    await saver.mustAddUp();
  });

  it('the first announcements of a user make one account', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, n) => saver.device().announce({ slot: `slot-${n}` })));
    expect(await saver.account()).toEqual({ stored: 0, reserved: 500 });
  });

  it('the same announcement twice is one upload', async () => {
    const content = newContent();
    const replies = await Promise.all(Array.from({ length: 5 }, () => device.announce({ content })));
    expect(new Set(replies.map(({ upload }) => upload!.upload_id)).size).toBe(1);
    expect(await saver.account()).toEqual({ stored: 0, reserved: 100 });
  });

  it('a head that moves between reading and writing makes a side version', async () => {
    await device.save();
    await deleteSlot(saver.context(), { game_id: saver.gameId, slot: SLOT }, { permanently: false }, null);
    const other = saver.device();
    const id = await other.upload();
    const context = meanwhile(() => device.save(), WRITING_VERSION);
    expect(await refusalOf(other.confirm(id, context))).toMatchObject({
      type: 'SAVEGAME_CONFLICT',
      data: { reason: 'no_baseline', cloud: { version: 2 }, local: { version: 3 } },
    });
    await saver.mustAddUp();
  });

  it('a head that moves between reading and announcing refuses', async () => {
    const base_version = await device.save();
    const other = saver.device();
    await other.announce({ base_version });
    const context = meanwhile(() => device.save({ base_version }), WRITING_UPLOAD);
    const refusal = await refusalOf(other.announce({ base_version }, context));
    expect(refusal).toMatchObject({ type: 'SAVEGAME_CONFLICT', data: { cloud: { version: 2 } } });
    await saver.mustAddUp();
  });

  it('an upload that is given up between reading and writing is not confirmed', async () => {
    for (const give of [cancel, expire]) {
      const id = await device.upload({ slot: give.name, as: 'side' });
      const context = meanwhile(() => give(id), WRITING_VERSION);
      expect(await refusalOf(device.confirm(id, context))).toMatchObject({ type: 'NOT_FOUND' });
      expect(await saver.versions(give.name)).toEqual([]);
      expect(await saver.account()).toEqual({ stored: 0, reserved: 0 });
    }
  });

  it('an upload that is asked for again between reading and writing is confirmed', async () => {
    const content = newContent();
    const id = await device.upload({ content, as: 'side' });
    const again = () => device.announce({ content, as: 'side', label: 'later' });
    expect((await device.confirm(id, meanwhile(again, WRITING_VERSION))).version.label).toBe('later');
    await saver.mustAddUp();
  });

  it('a user who is erased between reading and writing is refused, and nothing is written', async () => {
    const erase = () => rememberErasure(saver.db, saver.userId, saver.now);
    const id = await device.upload({ as: 'side' });
    const before = await saver.rows();
    const announced = device.announce({ as: 'side', slot: 'slot-2' }, meanwhile(erase, WRITING_UPLOAD));
    expect(await refusalOf(announced)).toMatchObject({ type: 'USER_ERASED' });
    expect(await saver.rows()).toEqual(before);
    await saver.db.deleteFrom('erasures').where('user_id', '=', saver.userId).execute();
    const confirmed = device.confirm(id, meanwhile(erase, WRITING_VERSION));
    expect(await refusalOf(confirmed)).toMatchObject({ type: 'USER_ERASED' });
    expect(await saver.rows()).toEqual(before);
  });

  async function cancel(id: string): Promise<void> {
    await cancelUpload(saver.context(), id);
  }

  async function expire(): Promise<void> {
    const later = { ...saver.context(), now: saver.now + saver.rules.uploadTtlSeconds * 1000 };
    await saver.db.transaction().execute(async (transaction) => {
      await lockAccount(transaction, saver.userId);
      expect(await giveUpUploads(transaction, later, 'expired')).toBe(1);
    });
  }
});
