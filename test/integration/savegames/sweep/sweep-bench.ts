import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { configFrom } from '../../../../lib/config/load.ts';
import type { Database } from '../../../../lib/db/database.ts';
import type { SignedRequest } from '../../../../lib/ports/save-store.ts';
import { SAVE_TABLES } from '../../../../lib/savegames/forget-saves.ts';
import { chargeAccount, lockAccount, nextVersion } from '../../../../lib/savegames/account.ts';
import { SWEEP_LIMITS, type SweepContext, type SweepLimits } from '../../../../lib/savegames/sweep/sweep-context.ts';
import { sweepSaves, type SweepReport } from '../../../../lib/savegames/sweep/sweep.ts';
import { TEST_NOW } from '../../../databases.ts';
import { contentOf, MemorySaveStore, type Content } from '../../../memory-save-store.ts';
import { id } from '../../../playtime-rows.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;
const GAME = id(1, 'game');

export interface UploadOf {
  readonly userId: string;
  readonly objectId: string;
  readonly content: Content;
  /** Its PUT, good for the rules' time. */
  readonly put: SignedRequest;
}

export interface SaveOf {
  readonly userId: string;
  readonly objectId: string;
  readonly version: number;
  readonly content: Content;
}

interface NewSave {
  readonly slot?: string;
  /** Lost, and is not decided. */
  readonly side?: boolean;
  readonly pinned?: boolean;
  readonly keptUntil?: number;
}

/** Everybody's: there are few, and emptying tables of few rows takes less time than cutting their files off. */
export async function clearSaves(db: Database['db']): Promise<void> {
  for (const table of [...SAVE_TABLES, 'savegame_garbage', 'savegame_audit_position'] as const) {
    await db.deleteFrom(table).execute();
  }
}

/** Rows and objects as the rules leave them, a store in memory, and a clock that the test moves. */
export class SweepBench {
  readonly store = new MemorySaveStore({ now: () => this.now });
  readonly rules = configFrom('', {}).saves;
  readonly failures: string[] = [];
  now = TEST_NOW;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get db(): Database['db'] {
    return this.#database.db;
  }

  context(limits: Partial<SweepLimits> = {}): SweepContext {
    const { db, store, now, rules } = this;
    const failed = (chore: string, error: unknown): void => void this.failures.push(`${chore}: ${String(error)}`);
    return { db, store, now, rules, limits: { ...SWEEP_LIMITS, strayMs: 0, ...limits }, failed };
  }

  sweep(limits: Partial<SweepLimits> = {}): Promise<SweepReport> {
    return sweepSaves(this.context(limits));
  }

  /** An upload that was announced; its bytes are not in the store. */
  async announce(userId: string = randomUUID(), partsId: string | null = null): Promise<UploadOf> {
    const { rules, now } = this;
    const [objectId, content] = [randomUUID(), contentOf(randomBytes(100))];
    await this.db.transaction().execute(async (transaction) => {
      await lockAccount(transaction, userId);
      await transaction
        .insertInto('savegame_uploads')
        .values({
          user_id: userId,
          game_id: GAME,
          slot: 'slot-1',
          device_id: randomUUID(),
          upload_id: objectId,
          size_bytes: content.sizeBytes,
          sha256: Buffer.from(content.sha256, 'hex'),
          side: false,
          parts_id: partsId,
          created_at: new Date(now),
          expires_at: new Date(now + rules.uploadTtlSeconds * 1000),
        })
        .execute();
      await chargeAccount(transaction, userId, { reserved: content.sizeBytes });
    });
    const put = await this.store.signPut(
      { objectId, ...content },
      { forMs: rules.urlSeconds * 1000, origin: 'http://localhost' },
    );
    return { userId, objectId, content, put };
  }

  /** A save that was confirmed, with its bytes. */
  async save(
    userId: string,
    { slot = 'slot-1', side = false, pinned = false, keptUntil }: NewSave = {},
  ): Promise<SaveOf> {
    const [objectId, content, at] = [randomUUID(), contentOf(randomBytes(100)), new Date(this.now)];
    this.store.plant(objectId, content);
    const version = await this.db.transaction().execute(async (transaction) => {
      await lockAccount(transaction, userId);
      const next = await nextVersion(transaction, userId);
      const { sizeBytes, sha256 } = content;
      await transaction
        .insertInto('savegame_objects')
        .values({
          user_id: userId,
          object_id: objectId,
          size_bytes: sizeBytes,
          sha256: Buffer.from(sha256, 'hex'),
          created_at: at,
        })
        .execute();
      await transaction
        .insertInto('savegame_versions')
        .values({
          user_id: userId,
          game_id: GAME,
          slot,
          version: next,
          object_id: objectId,
          device_id: id(1, 'device'),
          origin: 'upload',
          side,
          pinned,
          created_at: at,
          kept_until: keptUntil === undefined ? null : new Date(keptUntil),
        })
        .execute();
      if (!side) {
        await transaction
          .insertInto('savegame_metadata')
          .values({ user_id: userId, game_id: GAME, slot, head_version: next, updated_at: at })
          .onConflict((conflict) =>
            conflict.columns(['user_id', 'game_id', 'slot']).doUpdateSet({ head_version: next }),
          )
          .execute();
      }
      await chargeAccount(transaction, userId, { stored: sizeBytes });
      return next;
    });
    return { userId, objectId, version, content };
  }

  async deleteSlot(userId: string, slot = 'slot-1'): Promise<void> {
    await this.db
      .updateTable('savegame_metadata')
      .set({ head_version: null, deleted_version: sql<number>`head_version`, deleted_at: new Date(this.now) })
      .where('user_id', '=', userId)
      .where('slot', '=', slot)
      .execute();
  }

  /** What the account says; fails the test's comparison when it is not the sum of the rows. */
  async account(userId: string): Promise<{ readonly stored: number; readonly reserved: number }> {
    const { rows } = await sql<{ stored: number; reserved: number; objects: number; uploads: number }>`
      SELECT stored_bytes AS stored, reserved_bytes AS reserved,
        (SELECT coalesce(sum(size_bytes), 0)::bigint FROM savegame_objects
         WHERE user_id = ${userId} AND missing_since IS NULL) AS objects,
        (SELECT coalesce(sum(size_bytes), 0)::bigint FROM savegame_uploads WHERE user_id = ${userId}) AS uploads
      FROM savegame_accounts WHERE user_id = ${userId}`.execute(this.db);
    const [row] = rows;
    if (row === undefined) return { stored: 0, reserved: 0 };
    if (row.stored !== row.objects || row.reserved !== row.uploads)
      throw new Error(`sums differ: ${JSON.stringify(row)}`);
    return { stored: row.stored, reserved: row.reserved };
  }

  async versions(userId: string): Promise<readonly { version: number; settled_as: string | null }[]> {
    return this.db
      .selectFrom('savegame_versions')
      .select(['version', 'settled_as'])
      .where('user_id', '=', userId)
      .orderBy('version')
      .execute();
  }

  async garbage(): Promise<readonly string[]> {
    const rows = await this.db.selectFrom('savegame_garbage').select('object_id').orderBy('object_id').execute();
    return rows.map(({ object_id }) => object_id);
  }

  async clear(): Promise<void> {
    await clearSaves(this.db);
  }
}
