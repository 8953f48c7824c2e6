import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../../../lib/db/database.ts';
import { prepareDatabase } from '../../../../lib/db/prepare.ts';
import { lockAccount } from '../../../../lib/savegames/account.ts';
import { ANNOUNCE } from '../../../../lib/savegames/announce-statement.ts';
import { CONFIRM } from '../../../../lib/savegames/confirm-statement.ts';
import type { TransferContext } from '../../../../lib/savegames/transfer-context.ts';
import { createDatabase, type FreshDatabase } from '../../../../scripts/servers/postgres.ts';
import { onEachDatabase, TEST_NOW } from '../../../databases.ts';
import { newContent, refusalOf, Saver, type Device } from '../../../saver.ts';
import { describeWithServer } from '../../../servers.ts';
import { steppedDatabase } from '../../../stepped-database.ts';

interface Player {
  readonly saver: Saver;
  readonly device: Device;
}

/** Users who have saved once: their next saves are plain. */
async function players(database: Database, count: number): Promise<readonly Player[]> {
  const savers = await Promise.all(Array.from({ length: count }, () => Saver.of(database)));
  return Promise.all(
    savers.map(async (saver) => {
      const device = saver.device();
      expect(await device.save()).toBe(1);
      return { saver, device };
    }),
  );
}

onEachDatabase('transfers of many users at once', (database) => {
  let statements: string[];
  let contextOf: (saver: Saver) => TransferContext;
  beforeEach(() => {
    statements = [];
    const watched = steppedDatabase(database(), (step) => {
      if (step !== 'connect') statements.push(step);
      return null;
    });
    contextOf = (saver) => saver.context(watched);
  });

  it('are announced by one statement, and confirmed by one', async () => {
    const all = await players(database(), 20);
    await Promise.all(all.map(({ saver, device }) => device.announce({ base_version: 1 }, contextOf(saver))));
    expect(statements).toEqual([ANNOUNCE.text]);
    const ids = await Promise.all(all.map(({ device }) => device.upload({ base_version: 1 })));
    statements.length = 0;
    const replies = await Promise.all(all.map(({ saver, device }, at) => device.confirm(ids[at]!, contextOf(saver))));
    expect(statements).toEqual([CONFIRM.text]);
    expect(replies.map(({ head }) => head?.version)).toEqual(all.map(() => 2));
    for (const { saver } of all) {
      expect(await saver.head()).toBe(2);
      expect(await saver.events()).toHaveLength(2);
      await saver.mustAddUp();
    }
  });

  it('trim and free each their own slot', async () => {
    const all = await players(database(), 8);
    for (const { saver } of all) saver.rules = { ...saver.rules, keepVersions: 2 };
    for (const version of [2, 3, 4]) {
      const saved = all.map(({ device }, at) =>
        device.save({ base_version: version - 1, content: newContent(100 * version + at) }),
      );
      expect(await Promise.all(saved)).toEqual(all.map(() => version));
    }
    for (const [at, { saver }] of all.entries()) {
      expect((await saver.versions()).map(({ version }) => version)).toEqual([3, 4]);
      expect(await saver.account()).toEqual({ stored: 700 + 2 * at, reserved: 0 });
      await saver.mustAddUp();
    }
  });

  it('are each answered for themselves, whatever becomes of the others', async () => {
    const [plain, behind, full, stranger, first] = await players(database(), 5);
    full!.saver.rules = { ...full!.saver.rules, quotaBytes: 150 };
    const nobody = await Saver.of(database());
    const asked = [
      plain!.device.announce({ base_version: 1 }),
      behind!.device.announce({ base_version: null }),
      full!.device.announce({ base_version: 1 }),
      stranger!.device.announce({ base_version: 1, game_id: first!.saver.gameId }),
      nobody.device().announce({}),
    ];
    expect((await Promise.all(asked.map(refusalOf))).map((refusal) => refusal?.type)).toEqual([
      ...[undefined, 'SAVEGAME_CONFLICT', 'QUOTA_EXCEEDED', 'GAME_NOT_IN_LIBRARY', undefined],
    ]);
    for (const saver of [behind!.saver, full!.saver, stranger!.saver]) {
      expect(await saver.account()).toEqual({ stored: 100, reserved: 0 });
    }
    expect(await nobody.account()).toEqual({ stored: 0, reserved: 100 });
    expect(await plain!.saver.account()).toEqual({ stored: 100, reserved: 100 });
  });

  it('are not refused with one that the database cannot take', async () => {
    const [bad, good, better] = await players(database(), 3);
    const asked = [
      good!.device.announce({ base_version: 1 }),
      bad!.device.announce({ base_version: 1, label: 'no text has a \u0000' }),
      better!.device.announce({ base_version: 1 }),
    ];
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await bad!.saver.account()).toEqual({ stored: 100, reserved: 0 });
  });

  it('of which two are of the same user get both their turns', async () => {
    const [one, other] = await players(database(), 2);
    const { saver, device } = one!;
    const again = saver.device();
    const asked = [
      device.upload({ base_version: 1 }),
      again.upload({ slot: 'slot-2' }),
      other!.device.upload({ base_version: 1 }),
    ];
    const ids = await Promise.all(asked);
    expect(await saver.account()).toEqual({ stored: 100, reserved: 200 });
    await Promise.all([device, again, other!.device].map((each, at) => each.confirm(ids[at]!)));
    expect([await saver.head(), await saver.head('slot-2')].sort()).toEqual([2, 3]);
    for (const each of [saver, other!.saver]) await each.mustAddUp();
  });
});

/** PGlite has one connection, on which nobody waits for a row. */
describeWithServer('PostgreSQL', 'transfers of many users, some of whom somebody holds', (address) => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    fresh = await createDatabase(address, 'test');
    database = await openDatabase({ dsn: fresh.dsn });
    await prepareDatabase(database, TEST_NOW);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  async function somebodyWaits(): Promise<void> {
    const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await database.executor.query(text)).rowCount === 0);
  }

  it('do not wait for each other: who is held gets the turn later', async () => {
    const [held, free] = await players(database, 2);
    const announced = await database.db.transaction().execute(async (holder) => {
      await lockAccount(holder, held!.saver.userId);
      const waiting = held!.device.announce({ base_version: 1 });
      const { upload } = await free!.device.announce({ base_version: 1 });
      expect(upload?.upload_id).toBeDefined();
      await somebodyWaits();
      return { waiting };
    });
    expect((await announced.waiting).upload?.upload_id).toBeDefined();
    for (const { saver } of [held!, free!]) expect(await saver.account()).toEqual({ stored: 100, reserved: 100 });
  });

  it('do not wait for each other either when it is the revision that is held', async () => {
    const [held, free] = await players(database, 2);
    const ids = await Promise.all([held!, free!].map(({ device }) => device.upload({ base_version: 1 })));
    const confirmed = await database.db.transaction().execute(async (holder) => {
      await sql`UPDATE user_revisions SET revision = revision + 1 WHERE user_id = ${held!.saver.userId}`.execute(
        holder,
      );
      const waiting = held!.device.confirm(ids[0]!);
      expect((await free!.device.confirm(ids[1]!)).head?.version).toBe(2);
      await somebodyWaits();
      return { waiting };
    });
    expect((await confirmed.waiting).head?.version).toBe(2);
    for (const { saver } of [held!, free!]) await saver.mustAddUp();
  });
});
