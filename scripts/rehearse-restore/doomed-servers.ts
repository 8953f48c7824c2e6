/** The servers of a rehearsal: real, private, backed up while they serve, and destroyed with their disks. */
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { dataDirectory, recovered } from './accounting.ts';
import { runScript } from './run-script.ts';
import { startWalReceiver, type WalReceiver } from './wal-receiver.ts';
import { freshFolder, unprivilegedAccount, type Account } from '../servers/machine.ts';
import { startNats } from '../servers/nats.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { s3Client, s3Variables } from '../servers/s3-address.ts';
import { createBucket } from '../servers/s3-bucket.ts';
import { startS3 } from '../servers/s3.ts';
import type { PrivateServer } from '../servers/server.ts';

/** What one step came to. */
export interface Step {
  readonly what: string;
  readonly ms: number;
}

export class DoomedServers {
  readonly postgres: PrivateServer;
  readonly redis: PrivateServer;
  readonly nats: PrivateServer;
  readonly s3: PrivateServer;
  readonly bucket: string;
  readonly #account: Account | null;
  readonly #backups: string;
  readonly #redisData: string;
  #receiver: WalReceiver;

  private constructor(
    servers: Readonly<Record<'postgres' | 'redis' | 'nats' | 's3', PrivateServer>>,
    more: {
      readonly bucket: string;
      readonly account: Account | null;
      readonly backups: string;
      readonly redisData: string;
    },
  ) {
    this.postgres = servers.postgres;
    this.redis = servers.redis;
    this.nats = servers.nats;
    this.s3 = servers.s3;
    this.bucket = more.bucket;
    this.#account = more.account;
    this.#backups = more.backups;
    this.#redisData = more.redisData;
    this.#receiver = startWalReceiver(this.#environment, this.#account);
    // The servers remove their own folders, also on Ctrl-C.
    process.once('exit', () => this.#removeFolders());
  }

  /** @throws Error naming the server that this machine does not have */
  static async start(): Promise<DoomedServers> {
    const account = unprivilegedAccount('postgres');
    const redisData = freshFolder('redis-data', null);
    const [postgres, redis, nats, s3] = await Promise.all([
      // A commit is confirmed when the archive has it, too.
      startPostgres({ settings: { synchronous_standby_names: 'library_archive' } }),
      startRedis({ appendfsync: 'always', settings: { dir: redisData } }),
      startNats(),
      startS3(),
    ]);
    if (!postgres || !redis || !nats || !s3) {
      const missing = Object.entries({ PostgreSQL: postgres, Redis: redis, NATS: nats, S3: s3 }).filter(
        ([, one]) => !one,
      );
      await Promise.all([postgres, redis, nats, s3].flatMap((server) => (server ? [server.stop()] : [])));
      throw new Error(`there is no ${missing.map(([name]) => name).join(', no ')} here: run scripts/install-servers`);
    }
    const { bucket } = await createBucket(s3.address, 'saves');
    const backups = freshFolder('backups', account);
    return new DoomedServers({ postgres, redis, nats, s3 }, { bucket, account, backups, redisData });
  }

  /** For the processes of the product, and for its scripts. */
  get variables(): Readonly<Record<string, string>> {
    return {
      POSTGRES_DSN: this.postgres.address,
      REDIS_ADDR: this.redis.address,
      NATS_URL: this.nats.address,
      ...s3Variables(this.s3.address, this.bucket),
    };
  }

  get #environment(): Readonly<Record<string, string>> {
    return { ...this.variables, BACKUP_DIR: this.#backups };
  }

  /** PostgreSQL and Redis have folders of their own: PostgreSQL's is the server's account's. */
  get #redisEnvironment(): Readonly<Record<string, string>> {
    return { ...this.#environment, BACKUP_DIR: path.join(this.#backups, 'of-redis') };
  }

  protectSaves(): Promise<Step> {
    // versitygw has no lifecycle rules.
    return step('saves protect', () =>
      runScript('backup/saves', ['protect', '--without-lifecycle'], this.#environment),
    );
  }

  /** Everything that can be backed up, one after the other. */
  async backUp(): Promise<readonly Step[]> {
    mkdirSync(path.join(this.#backups, 'of-redis'), { recursive: true });
    return [
      await step('postgres base', () => runScript('backup/postgres', ['base'], this.#environment, this.#account)),
      await step('postgres dump', () => runScript('backup/postgres', ['dump'], this.#environment, this.#account)),
      await step('redis aof', () => runScript('backup/redis', ['aof', this.#redisData], this.#redisEnvironment)),
      await step('saves check', () => runScript('backup/saves', ['check'], this.#environment)),
    ];
  }

  /** All servers die at once. The disks of PostgreSQL and Redis are gone, and somebody has removed all saves. */
  async destroy(): Promise<void> {
    const data = await dataDirectory(this.postgres.address);
    await this.#removeAllSaves();
    await Promise.all([this.postgres, this.redis, this.nats, this.s3].map((server) => server.process.kill('SIGKILL')));
    await this.#receiver.stop();
    rmSync(data, { recursive: true });
    rmSync(this.#redisData, { recursive: true });
    this.#data = data;
  }

  #data = '';

  async #removeAllSaves(): Promise<void> {
    const client = s3Client(this.s3.address);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: this.bucket }));
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
    client.destroy();
  }

  restorePostgres(): Promise<Step> {
    return step('PostgreSQL', async () => {
      await runScript('restore/postgres', ['base', this.#data], this.#environment, this.#account);
      await this.postgres.process.start();
      await recovered(this.postgres.address);
      this.#receiver = startWalReceiver(this.#environment, this.#account);
    });
  }

  restoreRedis(): Promise<Step> {
    return step('Redis', async () => {
      await runScript('restore/redis', [this.#redisData], this.#redisEnvironment);
      await this.redis.process.start();
    });
  }

  restoreSaves(): Promise<Step> {
    return step('saves', async () => {
      await this.s3.process.start();
      await runScript('restore/saves', ['bring-back'], this.#environment);
    });
  }

  startNats(): Promise<void> {
    return this.nats.process.start();
  }

  /** Ends everything and removes it, backups and all. */
  async stop(): Promise<void> {
    await Promise.all([this.postgres, this.redis, this.nats, this.s3].map((server) => server.stop()));
    await this.#receiver.stop();
    this.#removeFolders();
  }

  #removeFolders(): void {
    for (const folder of [this.#backups, this.#redisData]) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
  }
}

async function step(what: string, work: () => Promise<unknown>): Promise<Step> {
  const began = performance.now();
  await work();
  return { what, ms: performance.now() - began };
}
