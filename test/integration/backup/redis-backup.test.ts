import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { runScript } from '../../../scripts/rehearse-restore/run-script.ts';
import { freshFolder } from '../../../scripts/servers/machine.ts';
import { startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { openRedisCheckpointStore } from '../../../lib/redis/redis-checkpoint-store.ts';
import type { CheckpointRecord } from '../../../lib/ports/checkpoint-store.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { id } from '../../playtime-rows.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const PATIENCE_MS = 60_000;
const SHARD = 5;

describeWithPrivateServer('Redis', 'backups of Redis', () => {
  let backups: string;
  let server: PrivateServer;

  beforeEach(async () => {
    backups = freshFolder('backups', null);
    server = started(await startRedis());
  }, PATIENCE_MS);

  afterEach(async () => {
    await server.stop();
    rmSync(backups, { recursive: true, force: true });
  }, PATIENCE_MS);

  const environment = () => ({ REDIS_ADDR: server.address, BACKUP_DIR: backups });
  const backup = (...args: readonly string[]) => runScript('backup/redis', args, environment());
  const restore = (data: string) => runScript('restore/redis', [data], environment());

  async function use<Result>(work: (client: Redis) => Promise<Result>): Promise<Result> {
    const client = new Redis(server.address);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }
  const folder = () => use(async (client) => ((await client.config('GET', 'dir')) as string[])[1] ?? '');

  /** Writes one record more, as an engine does. */
  async function checkpoint(n: number): Promise<void> {
    const store = await openRedisCheckpointStore(server.address);
    const { epoch } = await store.acquire(SHARD, 'engine');
    const put = { user: mustUuidKey(id(n, 'user')), snapshot: Buffer.from(`state ${n}`) };
    await store.commit([{ shard: SHARD, epoch, number: 1, puts: [put], removes: [] }]);
    await store.close();
  }

  async function records(): Promise<readonly string[]> {
    const store = await openRedisCheckpointStore(server.address);
    const acquired = await store.acquire(SHARD, 'restored');
    await store.close();
    return acquired.records.map(({ snapshot }: CheckpointRecord) => Buffer.from(snapshot).toString()).sort();
  }

  /** As the machine's end. Resolves with where the data were. */
  async function destroy(): Promise<string> {
    const data = path.join(await folder(), 'appendonlydir');
    await server.process.kill('SIGKILL');
    rmSync(data, { recursive: true });
    return data;
  }

  /** The folder also holds the log of the private server, so the data are made beside it first. */
  async function restoreInto(data: string): Promise<void> {
    const made = path.join(backups, 'restored');
    await restore(made);
    cpSync(path.join(made, 'appendonlydir'), data, { recursive: true });
    await server.process.start();
  }

  it('a snapshot over the network brings the checkpoints of its moment back', async () => {
    await checkpoint(1);
    await backup('rdb');
    await checkpoint(2);
    await restoreInto(await destroy());
    expect(await records()).toEqual(['state 1']);
  });

  it('what is written after a restore survives the next restart', async () => {
    await checkpoint(1);
    await backup('rdb');
    await restoreInto(await destroy());
    await checkpoint(2);
    await server.process.restart();
    expect(await records()).toEqual(['state 1', 'state 2']);
  });

  it('append-only files are copied while they grow, up to the last whole write', async () => {
    await checkpoint(1);
    let done = false;
    const writing = use(async (client) => {
      let written = 0;
      while (!done) await client.set('count', (written += 1));
      return written;
    });
    await backup('aof', await folder());
    done = true;
    const written = await writing;
    await restoreInto(await destroy());
    expect(await records()).toEqual(['state 1']);
    const count = Number(await use((client) => client.get('count')));
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(written);
  });

  it('a write that was copied in part is cut off', async () => {
    await checkpoint(1);
    const data = await folder();
    const incremental = readdirSync(path.join(data, 'appendonlydir')).find((name) => name.endsWith('.incr.aof')) ?? '';
    appendFileSync(path.join(data, 'appendonlydir', incremental), '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nhal');
    await backup('aof', data);
    await restoreInto(await destroy());
    expect(await records()).toEqual(['state 1']);
    expect(await use((client) => client.get('a'))).toBeNull();
  });

  it('leaves the rewriting of append-only files as it was', async () => {
    await use((client) => client.config('SET', 'auto-aof-rewrite-percentage', '77'));
    await backup('aof', await folder());
    expect(await use((client) => client.config('GET', 'auto-aof-rewrite-percentage'))).toContain('77');
  });

  it('leaves the rewriting of append-only files as it was, also after a run that was killed while it copied', async () => {
    await use((client) => client.config('SET', 'auto-aof-rewrite-percentage', '77'));
    const programs = path.join(backups, 'programs');
    mkdirSync(programs);
    writeFileSync(path.join(programs, 'cp'), '#!/bin/sh\nkill -9 $PPID\n', { mode: 0o755 });
    const deadly = { ...environment(), PATH: `${programs}:${process.env['PATH']}` };
    await expect(runScript('backup/redis', ['aof', await folder()], deadly)).rejects.toThrow();
    const percentage = () => use((client) => client.config('GET', 'auto-aof-rewrite-percentage'));
    expect(await percentage()).toContain('0');
    await backup('aof', await folder());
    expect(await percentage()).toContain('77');

    // A 0 that somebody chose stays, too; backups of one second cannot stand on one shelf.
    await use((client) => client.config('SET', 'auto-aof-rewrite-percentage', '0'));
    const elsewhere = { ...environment(), BACKUP_DIR: path.join(backups, 'elsewhere') };
    await runScript('backup/redis', ['aof', await folder()], elsewhere);
    expect(await percentage()).toContain('0');
  });

  it('fails, and keeps nothing, when far more than a command would have to be cut off', async () => {
    await checkpoint(1);
    const data = await folder();
    const incremental = readdirSync(path.join(data, 'appendonlydir')).find((name) => name.endsWith('.incr.aof')) ?? '';
    appendFileSync(path.join(data, 'appendonlydir', incremental), Buffer.alloc(17 * 1024 * 1024, 'x'));
    await expect(backup('aof', data)).rejects.toThrow('bytes before their end');
    await expect(backup('check', '1')).rejects.toThrow('there is no backup');
  });

  it('fails, and keeps nothing, when Redis is away', async () => {
    await server.process.end();
    await expect(backup('rdb')).rejects.toThrow('does not answer');
    await expect(backup('check', '1')).rejects.toThrow('there is no backup');
  });

  it('brings nothing back of a backup that was damaged meanwhile', async () => {
    const place = await backup('rdb');
    appendFileSync(path.join(place, 'dump.rdb'), 'x');
    await expect(restore(path.join(backups, 'restored'))).rejects.toThrow('is damaged');
  });

  it('writes over no data directory', async () => {
    await backup('rdb');
    await expect(restore(await folder())).rejects.toThrow('is not empty');
  });
});

describeWithPrivateServer('Redis', 'a Redis with a password', () => {
  it('is backed up without anybody seeing the password in the list of processes', async () => {
    const server = started(await startRedis());
    const backups = freshFolder('backups', null);
    const client = new Redis(server.address);
    await client.config('SET', 'requirepass', 'a b%c/d');
    try {
      const url = server.address.replace('redis://', `redis://:${encodeURIComponent('a b%c/d')}@`);
      const place = await runScript('backup/redis', ['rdb'], { REDIS_ADDR: url, BACKUP_DIR: backups });
      expect(readdirSync(place)).toEqual(['SHA256SUMS', 'dump.rdb']);
      await expect(
        runScript('backup/redis', ['rdb'], { REDIS_ADDR: server.address, BACKUP_DIR: backups }),
      ).rejects.toThrow('does not answer');
    } finally {
      await client.config('SET', 'requirepass', '');
      client.disconnect();
      await server.stop();
      rmSync(backups, { recursive: true });
    }
  });
});
