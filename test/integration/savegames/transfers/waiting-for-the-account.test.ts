import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Transaction } from 'kysely';
import { openDatabase, type Database } from '../../../../lib/db/database.ts';
import { prepareDatabase } from '../../../../lib/db/prepare.ts';
import type { Schema } from '../../../../lib/db/schema.ts';
import { chargeAccount, lockAccount } from '../../../../lib/savegames/account.ts';
import { giveUpUploads } from '../../../../lib/savegames/give-up-uploads.ts';
import { createDatabase, type FreshDatabase } from '../../../../scripts/servers/postgres.ts';
import { TEST_NOW } from '../../../databases.ts';
import { newContent, refusalOf, Saver, type Device } from '../../../saver.ts';
import { describeWithServer } from '../../../servers.ts';

/** PGlite has one connection, on which nobody waits for a row. */
describeWithServer('PostgreSQL', 'a transfer that waits for the account', (address) => {
  let fresh: FreshDatabase;
  let database: Database;
  let saver: Saver;
  let device: Device;
  beforeAll(async () => {
    fresh = await createDatabase(address, 'test');
    database = await openDatabase({ dsn: fresh.dsn });
    await prepareDatabase(database, TEST_NOW);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });
  beforeEach(async () => {
    saver = await Saver.of(database);
    device = saver.device();
  });

  /** Lets the transfer run into the held account, then the holder work and commit. Resolves to the refusal. */
  async function beside(transfer: () => Promise<unknown>, holder: (held: Transaction<Schema>) => Promise<unknown>) {
    const { waiting } = await saver.db.transaction().execute(async (held) => {
      await lockAccount(held, saver.userId);
      const refusal = refusalOf(transfer());
      await somebodyWaits();
      await holder(held);
      return { waiting: refusal };
    });
    return waiting;
  }

  async function somebodyWaits(): Promise<void> {
    const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await database.executor.query(text)).rowCount === 0);
  }

  const moveHead = (held: Transaction<Schema>, version: number) =>
    held.updateTable('savegame_metadata').set({ head_version: version }).where('user_id', '=', saver.userId).execute();

  it('is confirmed as a side version when the head moved', async () => {
    await device.save();
    const base_version = await device.save({ base_version: 1 });
    const id = await device.upload({ base_version });
    const refusal = await beside(
      () => device.confirm(id),
      (held) => moveHead(held, 1),
    );
    expect(refusal).toMatchObject({
      type: 'SAVEGAME_CONFLICT',
      data: { cloud: { version: 1 }, local: { version: 3 } },
    });
    await saver.mustAddUp();
  });

  it('is not confirmed when it was given up', async () => {
    const id = await device.upload();
    const refusal = await beside(
      () => device.confirm(id),
      (held) => giveUpUploads(held, saver.context(), { uploadId: id }),
    );
    expect(refusal).toMatchObject({ type: 'NOT_FOUND' });
    expect(await saver.versions()).toEqual([]);
    await saver.mustAddUp();
  });

  it('is confirmed when nothing that matters changed', async () => {
    const id = await device.upload();
    expect(
      await beside(
        () => device.confirm(id),
        () => Promise.resolve(),
      ),
    ).toBeNull();
    expect(await saver.head()).toBe(1);
    await saver.mustAddUp();
  });

  it('is not announced when the head moved', async () => {
    await device.save();
    const base_version = await device.save({ base_version: 1 });
    const refusal = await beside(
      () => device.announce({ base_version }),
      (held) => moveHead(held, 1),
    );
    expect(refusal).toMatchObject({ type: 'SAVEGAME_CONFLICT', data: { cloud: { version: 1 } } });
    expect(await saver.account()).toEqual({ stored: 200, reserved: 0 });
  });

  it('is not announced when the room is taken', async () => {
    saver.rules = { ...saver.rules, quotaBytes: 300 };
    await device.save();
    const refusal = await beside(
      () => device.announce({ base_version: 1, content: newContent(200) }),
      (held) => chargeAccount(held, saver.userId, { reserved: 1 }),
    );
    expect(refusal).toMatchObject({ type: 'QUOTA_EXCEEDED', data: { stored_bytes: 100, reserved_bytes: 1 } });
    expect(await saver.account()).toEqual({ stored: 100, reserved: 1 });
  });
});
