import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import type { CheckpointRecord, ShardCommit } from '../../../lib/ports/checkpoint-store.ts';
import {
  openRedisCheckpointStore,
  type RedisCheckpointStore,
  type RedisCheckpointStoreOptions,
} from '../../../lib/redis/redis-checkpoint-store.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const USER = mustUuidKey('0193a000-0000-7000-8000-000000000001');
const SHARD = 7;

describeWithPrivateServer('Redis', 'the checkpoint store when Redis fails', () => {
  let server: PrivateServer;
  let store: RedisCheckpointStore;
  let admin: Redis;
  let closers: (() => Promise<unknown>)[];

  async function open(options: RedisCheckpointStoreOptions = {}): Promise<RedisCheckpointStore> {
    // Patient, lest a slow machine looks like a fault; the tests of time-outs choose a short one.
    const opened = await openRedisCheckpointStore(server.address, { commandTimeoutMs: 4_000, ...options });
    closers.push(() => opened.close());
    return opened;
  }

  function connectAdmin(to: PrivateServer): Redis {
    const client = new Redis(to.address);
    client.on('error', () => undefined);
    closers.push(async () => client.disconnect());
    return client;
  }

  beforeEach(async () => {
    closers = [];
    server = started(await startRedis({ appendfsync: 'always', settings: { 'repl-diskless-sync-delay': '0' } }));
    closers.push(() => server.stop());
    admin = connectAdmin(server);
    store = await open();
  });

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('rejects at once while Redis is down, and works again by itself when it is back, with all that was applied', async () => {
    const { epoch } = await store.acquire(SHARD, 'a');
    expect(await store.commit([put(epoch, 1, 'kept')])).toEqual([{ applied: true }]);
    await server.process.kill('SIGKILL');
    await expect(store.commit([put(epoch, 2, 'lost')])).rejects.toThrow();
    // Not after the time-out, which is longer than this test may take.
    await expect(store.ping()).rejects.toThrow();
    await server.process.start();
    await untilItAnswers(store);
    expect(await store.commit([put(epoch, 3, 'after')])).toEqual([{ applied: true }]);
    expect(readable((await store.acquire(SHARD, 'b')).records)).toEqual(['after']);
  });

  it('opens while Redis is down and connects when it is up', async () => {
    await server.process.kill('SIGKILL');
    const errors: Error[] = [];
    const early = await open({ onConnectionError: (error) => errors.push(error) });
    await expect(early.acquire(SHARD, 'a')).rejects.toThrow();
    expect(errors).not.toEqual([]);
    await server.process.start();
    await untilItAnswers(early);
    expect((await early.acquire(SHARD, 'a')).records).toEqual([]);
  });

  it('gives up on a commit after its time-out; one that is applied late never undoes a later one', async () => {
    const { epoch } = await store.acquire(SHARD, 'a');
    const hasty = await open({ commandTimeoutMs: 300 });
    await untilItAnswers(hasty);
    await server.process.kill('SIGSTOP');
    await expect(hasty.commit([put(epoch, 1, 'given up on')])).rejects.toThrow(/timed out/);
    await server.process.kill('SIGCONT');
    await untilItAnswers(store);
    expect(await store.commit([put(epoch, 2, 'later')])).toEqual([{ applied: true }]);
    expect(readable((await store.acquire(SHARD, 'b')).records)).toEqual(['later']);
  });

  it('never sends a commit again whose connection was cut', async () => {
    const { epoch } = await store.acquire(SHARD, 'a');
    await store.commit([put(epoch, 1, 'kept')]);
    // Redis takes no notice of the commit before the connection is cut.
    await admin.call('CLIENT', 'PAUSE', '10000', 'WRITE');
    const cut = store.commit([put(epoch, 2, 'cut')]);
    const rejected = expect(cut).rejects.toThrow();
    await untilBlocked(admin);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await rejected;
    await admin.call('CLIENT', 'UNPAUSE');
    await untilItAnswers(store);
    expect(await store.commit([put(epoch, 2, 'sent by hand')])).toEqual([{ applied: true }]);
    expect(readable((await store.acquire(SHARD, 'b')).records)).toEqual(['sent by hand']);
  });

  it('commits although Redis forgot its scripts', async () => {
    const { epoch } = await store.acquire(SHARD, 'a');
    await admin.script('FLUSH');
    expect(await store.commit([put(epoch, 1, 'x')])).toEqual([{ applied: true }]);
    await admin.script('FLUSH');
    await store.release(SHARD, epoch);
    await admin.script('FLUSH');
    expect(readable((await store.acquire(SHARD, 'a')).records)).toEqual(['x']);
  });

  it('connects anew when its Redis became a replica', async () => {
    const primary = started(await startRedis());
    closers.push(() => primary.stop());
    const { epoch } = await store.acquire(SHARD, 'a');
    await admin.replicaof('127.0.0.1', Number(new URL(primary.address).port));
    await expect(store.commit([put(epoch, 1, 'x')])).rejects.toThrow(/READONLY/);
    await admin.call('REPLICAOF', 'NO', 'ONE');
    await untilItAnswers(store);
    expect((await store.acquire(SHARD, 'a')).epoch).toBeGreaterThan(0);
  });

  it('with waitReplicas acknowledges only what a replica has', async () => {
    const { epoch } = await store.acquire(SHARD, 'a');
    const hasty = await open({ waitReplicas: 1, commandTimeoutMs: 300 });
    await untilItAnswers(hasty);
    await expect(hasty.commit([put(epoch, 1, 'x')])).rejects.toThrow();
    // With an append-only file it would write it anew after the synchronisation, and not stop meanwhile.
    const replica = started(await startRedis({ settings: { appendonly: 'no' } }));
    closers.push(() => replica.stop());
    const replicaAdmin = connectAdmin(replica);
    await replicaAdmin.replicaof('127.0.0.1', Number(new URL(server.address).port));
    while ((await admin.wait(1, 1000)) < 1);
    const waiting = await open({ waitReplicas: 1 });
    expect(await waiting.commit([put(epoch, 2, 'y')])).toEqual([{ applied: true }]);
    expect(await replicaAdmin.hget(`library:{${SHARD}}`, Buffer.from(USER, 'latin1'))).toBe('y');
  });
});

function put(epoch: number, number: number, text: string): ShardCommit {
  return { shard: SHARD, epoch, number, puts: [{ user: USER, snapshot: Buffer.from(text) }], removes: [] };
}

function readable(records: readonly CheckpointRecord[]): string[] {
  return records.map(({ snapshot }) => Buffer.from(snapshot).toString());
}

async function untilItAnswers(store: RedisCheckpointStore): Promise<void> {
  for (;;) {
    const answers = await store.ping().then(
      () => true,
      () => false,
    );
    if (answers) return;
    await nextTurn();
  }
}

async function untilBlocked(admin: Redis): Promise<void> {
  while (!(await admin.info('clients')).includes('blocked_clients:1')) await nextTurn();
}

function nextTurn(): Promise<unknown> {
  return once(AbortSignal.timeout(5), 'abort');
}
