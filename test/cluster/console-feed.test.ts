/** Consoles that watch a cluster while its engines leave and die. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { NodesEvent, ShardsEvent } from '../../lib/contract/console.ts';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { GREETING_GAME_ID } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { EventStreamClient } from '../event-stream.ts';
import { describeWithServers } from '../servers.ts';

const START_LIMIT_MS = 90_000;
const LIMIT_MS = 120_000;
const SHARDS = 64;
const CONSOLE = '/admin/console/stream';
const areAllUp = ({ nodes }: NodesEvent): boolean => nodes.every(({ state }) => state === 'up');

describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'a console that watches a cluster', () => {
  let folder: string;
  let cluster: LocalCluster;
  let token: string;
  const opened: EventStreamClient[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'library-console-'));
    cluster = await LocalCluster.start({
      engines: 2,
      gateways: 1,
      domains: 1,
      httpPort: 0,
      env: {
        LOG_LEVEL: 'warn',
        DEMO_DATA: 'always',
        SHARDS: String(SHARDS),
        HTTP_DRAIN_GRACE_MS: '0',
        LIBRARY_GRPC_PORT: '0',
      },
      logFile: join(folder, 'cluster.log'),
    });
    token = await demoToken(randomUUID(), ['support']);
  }, START_LIMIT_MS);
  afterEach(async () => {
    for (const stream of opened.splice(0)) {
      stream.close();
      await stream.end();
    }
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }, START_LIMIT_MS);

  async function open(path: string): Promise<EventStreamClient> {
    const stream = await EventStreamClient.open(`${cluster.gateways[0]?.url}${BASE_PATH}${path}`, token);
    opened.push(stream);
    return stream;
  }
  const allAt =
    (count: number) =>
    ({ owners, moving }: ShardsEvent) =>
      moving.length === 0 && !owners.includes(-1) && new Set(owners).size === count;

  it(
    'sees all nodes and shards, a dead engine lost, its shards taken over, and how it comes back',
    async () => {
      const [victim, other] = cluster.engines;
      // A gateway hears of each node in its time.
      const { nodes } = await (
        await open(CONSOLE)
      ).next('nodes', (told) => told.nodes.length === cluster.nodes.size && areAllUp(told));
      expect(nodes.map(({ node }) => node).sort()).toEqual([...cluster.nodes.keys()].sort());
      const stream = await open(CONSOLE);
      const before = await stream.next('shards', allAt(2));
      expect(before.engines).toEqual([victim?.id, other?.id]);
      const { nodes: pulses } = await stream.next('pulse');
      expect(Object.keys(pulses).sort()).toEqual([...cluster.nodes.keys()].sort());
      expect((pulses[victim?.id ?? '']?.shards ?? 0) + (pulses[other?.id ?? '']?.shards ?? 0)).toBe(SHARDS);

      await victim?.kill();
      await stream.next('nodes', ({ nodes: now }) =>
        now.some(({ node, state }) => node === victim?.id && state === 'lost'),
      );
      const after = await stream.next('shards', allAt(1));
      expect(after.engines).toEqual([other?.id]);
      // What this gateway saw while all were there is still known to who comes now.
      await stream.next('pulse', ({ figures }) => figures.live_sessions === 0);
      const { series } = await (await open(CONSOLE)).next('history', ({ step_ms }) => step_ms === 2_000);
      expect(series.live_sessions.at(-2)).not.toBeUndefined();

      await victim?.start();
      await stream.next('shards', allAt(2));
      // It may have been told before: another console begins with what is so now.
      await (await open(CONSOLE)).next('nodes', areAllUp);
    },
    LIMIT_MS,
  );

  it(
    'follows a user to the engine that takes the shard over',
    async () => {
      const demo = new LibraryClient(() => cluster.gateways[0]?.url ?? '', await demoToken());
      const stream = await open(`/admin/users/${DEMO_USER_ID}/turns`);
      const { node } = await stream.next('state', (state) => state.node !== null);
      const { session_id } = await demo.start({ game_id: GREETING_GAME_ID, device_id: randomUUID() });
      await stream.next('turn', ({ command }) => command === 'start');
      await cluster.node(node ?? '').stop();
      const moved = await stream.next('state', (state) => state.node !== null && state.node !== node);
      expect(moved.sessions).toContainEqual(expect.objectContaining({ session_id, ended: null }));
      await demo.heartbeat({ session_id, seq: 1 });
      const beat = await stream.next('turn', ({ command }) => command === 'heartbeat');
      expect(beat).toMatchObject({ node: moved.node, epoch: moved.epoch, outcome: 'ok', seq: 1 });
      await cluster.node(node ?? '').start();
    },
    LIMIT_MS,
  );
});
