import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { redisVersion, startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

/** A program that starts a Redis, tells us its address and folder, and does not stop it. */
const CARELESS = `
  const { startRedis } = await import(${JSON.stringify(join(import.meta.dirname, '../../../scripts/servers/redis.ts'))});
  const server = await startRedis();
  const { readlinkSync } = await import('node:fs');
  const folder = readlinkSync('/proc/' + server.process.pid + '/cwd');
  console.log(JSON.stringify({ address: server.address, folder }));
`;

describeWithPrivateServer('Redis', 'a private server', () => {
  let server: PrivateServer;

  beforeAll(async () => {
    server = started(await startRedis({ appendfsync: 'always' }));
  });

  afterAll(() => server.stop());

  async function withRedis<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(server.address);
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  it('comes back on the same port with the same data after a kill', async () => {
    await withRedis((client) => client.set('kept', 'yes'));
    const before = server.process.pid;
    await server.process.kill('SIGKILL');
    expect(server.process.pid).toBeNull();
    await expect(redisVersion(server.address)).rejects.toThrow();
    await server.process.start();
    expect(server.process.pid).not.toBe(before);
    expect(await withRedis((client) => client.get('kept'))).toBe('yes');
  });

  it('answers nothing while frozen and goes on when thawed', async () => {
    await server.process.kill('SIGSTOP');
    await expect(redisVersion(server.address)).rejects.toThrow(/timed out/i);
    await server.process.kill('SIGCONT');
    expect(await redisVersion(server.address)).toBe(server.version);
  });

  it('takes no snapshots and fsyncs as it was asked to', async () => {
    const settings = await withRedis(async (client) => [
      await client.config('GET', 'save'),
      await client.config('GET', 'appendonly'),
      await client.config('GET', 'appendfsync'),
    ]);
    expect(settings.flat()).toEqual(['save', '', 'appendonly', 'yes', 'appendfsync', 'always']);
  });

  describe('started by a program that forgets to stop it', () => {
    it('ends with the program and leaves no folder behind', async () => {
      const program = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', CARELESS]);
      const { address, folder } = JSON.parse(program.stdout) as { address: string; folder: string };
      await expect(redisVersion(address)).rejects.toThrow();
      expect(existsSync(folder)).toBe(false);
    });
  });
});
