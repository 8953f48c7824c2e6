import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { sql } from 'kysely';
import { TEST_NOW } from './databases.ts';
import { contentOf, MemorySaveStore, type Content } from './memory-save-store.ts';
import { configFrom } from '../lib/config/load.ts';
import { PRODUCED_EVENTS } from '../lib/contract/events/produced.ts';
import type { ConfirmUploadReply, UploadUrlBody, UploadUrlReply } from '../lib/contract/savegame-transfers.ts';
import { compileCheck } from '../lib/contract/validation.ts';
import type { Database } from '../lib/db/database.ts';
import { LibraryError } from '../lib/errors.ts';
import type { SignedRequest } from '../lib/ports/save-store.ts';
import type { SaveRules } from '../lib/savegames/account.ts';
import { announceUpload } from '../lib/savegames/announce-upload.ts';
import { confirmUpload } from '../lib/savegames/confirm-upload.ts';
import { plainTransfers, type PlainTransfers } from '../lib/savegames/plain-transfers.ts';
import type { TransferContext } from '../lib/savegames/transfer-context.ts';

export const SLOT = 'slot-1';

const SAVE_TABLES = [
  ...['savegame_accounts', 'savegame_metadata', 'savegame_versions', 'savegame_objects', 'savegame_uploads'],
  ...['savegame_sync_settings', 'user_revisions', 'outbox_events'],
];
/** Whoever works with the same database shares its statements, as in a process of the service. */
const PLAIN = new WeakMap<Database['executor'], PlainTransfers>();
const CHECKS = new Map(PRODUCED_EVENTS.map(({ type, data }) => [type as string, compileCheck(data)]));

type Announced = Partial<UploadUrlBody> & { readonly content?: Content };

export function plainOf(executor: Database['executor']): PlainTransfers {
  const plain = PLAIN.get(executor) ?? plainTransfers(executor);
  PLAIN.set(executor, plain);
  return plain;
}

/** A user with a game, devices and saves, a store in memory, and a clock that the test moves. */
export class Saver {
  readonly userId = randomUUID();
  readonly gameId = randomUUID();
  readonly store = new MemorySaveStore({ now: () => this.now });
  rules: SaveRules = configFrom('', {}).saves;
  now = TEST_NOW;
  readonly #database: Pick<Database, 'db' | 'executor'>;

  private constructor(database: Pick<Database, 'db' | 'executor'>) {
    this.#database = database;
  }

  static async of(database: Database): Promise<Saver> {
    const saver = new Saver(database);
    await saver.own(saver.gameId);
    return saver;
  }

  get db(): Database['db'] {
    return this.#database.db;
  }

  async own(gameId: string): Promise<void> {
    const at = new Date(this.now);
    await this.db
      .insertInto('user_libraries')
      .values({ user_id: this.userId, game_id: gameId, source: 'purchase', acquired_at: at, updated_at: at })
      .execute();
  }

  context(database = this.#database): TransferContext {
    return {
      db: database.db,
      executor: database.executor,
      plain: plainOf(database.executor),
      userId: this.userId,
      now: this.now,
      rules: this.rules,
      store: this.store,
      actor: { held: () => Promise.resolve([]) },
      origin: 'http://127.0.0.1:8080',
    };
  }

  device(): Device {
    return new Device(this);
  }

  /** Every row that the user's saves have anywhere, and all garbage. */
  async rows(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const tables: Record<string, readonly unknown[]> = {};
    for (const table of SAVE_TABLES) {
      const of = sql`SELECT * FROM ${sql.table(table)} AS t WHERE user_id = ${this.userId} ORDER BY t::text`;
      tables[table] = (await of.execute(this.db)).rows;
    }
    tables['savegame_garbage'] = await this.garbage();
    return tables;
  }

  garbage() {
    return this.db.selectFrom('savegame_garbage').selectAll().orderBy('object_id').execute();
  }

  async account(): Promise<{ stored: number; reserved: number }> {
    const row = await this.db
      .selectFrom('savegame_accounts')
      .select(['stored_bytes', 'reserved_bytes'])
      .where('user_id', '=', this.userId)
      .executeTakeFirst();
    return { stored: row?.stored_bytes ?? 0, reserved: row?.reserved_bytes ?? 0 };
  }

  versions(slot = SLOT) {
    return this.db
      .selectFrom('savegame_versions')
      .selectAll()
      .where('user_id', '=', this.userId)
      .where('slot', '=', slot)
      .orderBy('version')
      .execute();
  }

  async head(slot = SLOT): Promise<number | null> {
    const row = await this.db
      .selectFrom('savegame_metadata')
      .select('head_version')
      .where('user_id', '=', this.userId)
      .where('slot', '=', slot)
      .executeTakeFirst();
    return row?.head_version ?? null;
  }

  /** What the outbox tells of the user's saves, in order; fails when it does not fit the contract. */
  async events(): Promise<readonly (readonly [type: string, data: Record<string, unknown>])[]> {
    const rows = await this.db
      .selectFrom('outbox_events')
      .select(['event_type', 'data'])
      .where('user_id', '=', this.userId)
      .orderBy('event_number')
      .execute();
    for (const { event_type, data } of rows) expect(CHECKS.get(event_type)?.(data)).toBeNull();
    return rows.map(({ event_type, data }) => [event_type, data] as const);
  }

  /** Fails unless the account's numbers are the sums of the rows (S6), and every object is one that is referred to. */
  async mustAddUp(): Promise<void> {
    const of = (table: 'savegame_objects' | 'savegame_uploads') =>
      this.db.selectFrom(table).where('user_id', '=', this.userId);
    const objects = await of('savegame_objects').select(['size_bytes', 'object_id', 'missing_since']).execute();
    const uploads = await of('savegame_uploads').select('size_bytes').execute();
    const sum = (rows: readonly { readonly size_bytes: number }[]) =>
      rows.reduce((all, row) => all + row.size_bytes, 0);
    const counted = objects.filter(({ missing_since }) => missing_since === null);
    expect(await this.account()).toEqual({ stored: sum(counted), reserved: sum(uploads) });
    const used = await this.db
      .selectFrom('savegame_versions')
      .select('object_id')
      .distinct()
      .where('user_id', '=', this.userId)
      .execute();
    expect(objects.map(({ object_id }) => object_id).sort()).toEqual(used.map(({ object_id }) => object_id).sort());
  }

  /** Fails unless the work is refused so, and every row is as it was. Returns the refusal's members. */
  async mustRefuse(code: string, work: () => Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
    const before = await this.rows();
    const refusal = await refusalOf(work());
    expect(refusal).toMatchObject({ type: code });
    expect(await this.rows()).toEqual(before);
    return (refusal?.data ?? {}) as Readonly<Record<string, unknown>>;
  }
}

/** What the work was refused with; null: it was done. Other errors are thrown. */
export async function refusalOf(work: Promise<unknown>): Promise<LibraryError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof LibraryError) return error;
    throw error;
  }
}

let lastContent = 0;

/** A content that nobody else has. */
export function newContent(sizeBytes = 100): Content {
  return contentOf(Buffer.alloc(sizeBytes, `save ${(lastContent += 1)} `));
}

/** One of the user's devices. It knows nothing but what it is told. */
export class Device {
  readonly deviceId = randomUUID();
  readonly #saver: Saver;

  constructor(saver: Saver) {
    this.#saver = saver;
  }

  body({ content = newContent(), ...more }: Announced = {}): UploadUrlBody {
    return {
      game_id: this.#saver.gameId,
      slot: SLOT,
      device_id: this.deviceId,
      size_bytes: content.sizeBytes,
      sha256: content.sha256,
      base_version: null,
      as: 'head',
      ...more,
    };
  }

  announce(announced: Announced = {}, context = this.#saver.context()): Promise<UploadUrlReply> {
    return announceUpload(context, this.body(announced));
  }

  /** Announces, and sends the bytes. Returns the id of the upload. */
  async upload({ content = newContent(), ...more }: Announced = {}): Promise<string> {
    const { upload } = await this.announce({ content, ...more });
    if (upload === null) throw new TypeError('nothing to upload');
    expect(this.#saver.store.send(signed(upload.put), content).status).toBe(200);
    return upload.upload_id;
  }

  confirm(uploadId: string, context = this.#saver.context()): Promise<ConfirmUploadReply> {
    return confirmUpload(context, uploadId);
  }

  /** Announces, uploads and confirms. Returns the version. */
  async save(announced: Announced = {}): Promise<number> {
    return (await this.confirm(await this.upload(announced))).version.version;
  }
}

type ShownRequest = NonNullable<NonNullable<UploadUrlReply['upload']>['put']>;

/** A request of a reply, as the store takes it. */
export function signed(request: ShownRequest | null): SignedRequest {
  if (request === null) throw new TypeError('no signed request');
  const { expires_at, ...rest } = request;
  return { ...rest, expiresAt: Date.parse(expires_at) };
}
