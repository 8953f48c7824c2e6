import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { configFrom } from '../../../lib/config/load.ts';
import type { QuotaName } from '../../../lib/limits/limits.ts';
import { keyOf, openQuotas, type Quotas } from '../../../lib/limits/quotas.ts';
import { startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const RULES = configFrom('', { LIMITS_UPLOADS_PER_HOUR: '4', LIMITS_EXPORTS_PER_HOUR: '0' }).limits;

describeWithPrivateServer('Redis', 'hourly limits that gateways share', () => {
  let server: PrivateServer;
  let gateways: Quotas[];
  let failures: unknown[];
  let refused: QuotaName[];

  beforeEach(async () => {
    [failures, refused, gateways] = [[], [], []];
    server = started(await startRedis());
    const options = { name: 'test quotas', commandTimeoutMs: 4_000, onError: () => undefined };
    for (let count = 0; count < 2; count += 1) {
      gateways.push(
        await openQuotas({
          rules: RULES,
          redis: [server.address, options],
          failed: (error) => failures.push(error),
          refused: (name) => refused.push(name),
        }),
      );
    }
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.close();
    await server.stop();
  });

  /** One from each gateway in turn; true: there was one left. */
  async function taken(count: number, userId: string): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      answers.push((await gateways[turn % 2]?.take('uploads', userId)) === null);
    }
    return answers;
  }

  it('are one amount for all of them, of each user', async () => {
    const user = randomUUID();
    expect(await taken(6, user)).toEqual([true, true, true, true, false, false]);
    expect(await taken(1, randomUUID())).toEqual([true]);
    expect(refused).toEqual(['uploads', 'uploads']);
    expect(failures).toEqual([]);
  });

  it('go by themselves, and hold nothing but a count', async () => {
    const user = randomUUID();
    await taken(3, user);
    const client = new Redis(server.address);
    const [key = '', ...more] = await client.keys('*');
    expect([key, more, await client.get(key)]).toEqual([`library:quota:uploads:${keyOf(user)}`, [], '3']);
    const seconds = await client.ttl(key);
    expect(seconds > 3500 && seconds <= 3600).toBe(true);
    client.disconnect();
  });

  it('are counted by each gateway for itself while Redis is away: nobody is refused for that', async () => {
    const user = randomUUID();
    expect(await taken(4, user)).toEqual([true, true, true, true]);
    await server.process.kill('SIGKILL');
    expect(await taken(8, user)).toEqual(new Array(8).fill(true));
    expect(await taken(2, user)).toEqual([false, false]);
    expect(failures.length).toBeGreaterThan(0);
  });

  it('are none where they are set to 0', async () => {
    const user = randomUUID();
    for (let turn = 0; turn < 50; turn += 1) expect(await gateways[0]?.take('exports', user)).toBeNull();
  });
});
