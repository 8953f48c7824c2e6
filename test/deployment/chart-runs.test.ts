import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, freshFolder } from '../../scripts/servers/machine.ts';
import { startNats } from '../../scripts/servers/nats.ts';
import { createDatabase, type FreshDatabase } from '../../scripts/servers/postgres.ts';
import { startRedis } from '../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../scripts/servers/server.ts';
import { AUDIENCE, ISSUER, startIssuer, type Issuer } from '../security/attacked-product.ts';
import { describeWithServers, started } from '../servers.ts';
import { describeWithTools } from '../tools.ts';
import { manifest, objectNamed, objectsOf, podsOf, ROLES, type KubernetesObject, type Pod } from './chart.ts';
import { ImageProcess, imageCommand } from './image-process.ts';
import { layOutImage } from './image-tree.ts';

const START_MS = 240_000;
const USER = '0198f2b4-0a00-7000-8000-0000000000c1';
const GAME = '0198f2b4-0a00-7000-8000-0000000000f1';
const DEVICE = '0198f2b4-0a00-4000-8000-0000000000d1';
const COMMAND = imageCommand(readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8'));

describeWithTools(['helm'], 'what the chart deploys', () => {
  describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'on real servers', (servers) => {
    const nodes = new Map<string, ImageProcess>();
    let image: string;
    let folder: string;
    let objects: readonly KubernetesObject[];
    let database: FreshDatabase;
    let redis: PrivateServer;
    let nats: PrivateServer;
    let issuer: Issuer;
    let httpPort: number;

    beforeAll(async () => {
      image = layOutImage();
      folder = freshFolder('pods', null);
      chmodSync(folder, 0o755);
      [redis, nats, issuer] = [started(await startRedis()), started(await startNats()), await startIssuer()];
      database = await createDatabase(servers.PostgreSQL, 'chart');
      httpPort = await freePort();
      const settings = {
        'config.auth.jwksUrl': issuer.url,
        'config.auth.issuer': ISSUER,
        'config.auth.audience': AUDIENCE,
        'config.http.port': String(httpPort),
        'config.grpc.port': String(await freePort()),
        'config.http.drainGraceMs': '0',
        listenAddress: '0.0.0.0',
      };
      const values = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
      objects = objectsOf(manifest('default', values));
    }, START_MS);

    afterAll(async () => {
      for (const node of nodes.values()) await node.stop(5);
      await Promise.all([database.drop(), redis.stop(), nats.stop()]);
      issuer.close();
      for (const each of [image, folder]) rmSync(each, { recursive: true, force: true });
    });

    /** The files and variables of a pod, where this machine has them: its mounts are folders of a temporary one. */
    async function environmentOf(pod: Pod): Promise<Record<string, string>> {
      const root = join(folder, pod.component);
      const secrets: Record<string, string> = {
        POSTGRES_DSN: database.dsn,
        REDIS_ADDR: redis.address,
        NATS_URL: nats.address,
      };
      mkdirSync(join(root, 'config'), { recursive: true });
      mkdirSync(join(root, 'secrets'), { recursive: true });
      const map = pod.spec.volumes.find(({ name }) => name === 'config')?.configMap?.name ?? '';
      const file = objectNamed(objects, 'ConfigMap', map).data?.['config.yaml'] ?? '';
      writeFileSync(join(root, 'config/config.yaml'), file);
      for (const { path } of pod.spec.volumes.flatMap(({ secret }) => secret?.items ?? [])) {
        writeFileSync(join(root, 'secrets', path), secrets[path] ?? 'unused');
      }
      const variables = pod.spec.containers[0].env.map(({ name, value }) => [
        name,
        value?.replace('/etc/library', root) ?? `library-service-${pod.component}-0`,
      ]);
      return {
        ...(Object.fromEntries(variables) as Record<string, string>),
        // As the Dockerfile sets it; and all pods have one address here.
        NODE_ENV: 'production',
        METRICS_PORT: String(await freePort()),
      };
    }

    function podOf(component: string): Pod {
      const pod = podsOf(objects).find((each) => each.component === component);
      if (pod === undefined) throw new Error(`the chart has no pod ${component}`);
      return pod;
    }

    async function call(path: string, roles: readonly string[], body: object, method = 'POST'): Promise<Response> {
      const now = Math.floor(Date.now() / 1_000);
      const token = await issuer.sign({
        iss: ISSUER,
        aud: AUDIENCE,
        sub: USER,
        roles: [...roles],
        iat: now,
        exp: now + 300,
      });
      return fetch(`http://127.0.0.1:${httpPort}/api/v1/library${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    }

    it(
      'migrates, comes up by its own probes, plays a session, and leaves within its grace',
      async () => {
        const migration = podOf('migrate');
        const job = new ImageProcess(image, migration.spec.containers[0].command ?? [], await environmentOf(migration));
        expect([await job.exited(), job.output]).toEqual([0, expect.stringContaining('applied ')]);

        for (const role of ROLES) nodes.set(role, new ImageProcess(image, COMMAND, await environmentOf(podOf(role))));
        await Promise.all([...nodes.values()].map((node) => node.ready()));

        const game = await call(`/admin/catalog/games/${GAME}`, ['admin'], { title: 'Chart' }, 'PUT');
        expect([game.status, await game.text()]).toEqual([200, expect.any(String)]);
        const granted = await call(`/admin/users/${USER}/games`, ['admin'], { game_id: GAME, source: 'purchase' });
        expect([granted.status, await granted.text()]).toEqual([200, expect.any(String)]);
        const begun = await call('/playtime/start', ['user'], { game_id: GAME, device_id: DEVICE });
        expect(begun.status).toBeLessThan(300);
        const { session_id: id } = (await begun.json()) as { session_id: string };
        expect((await call('/playtime/heartbeat', ['user'], { session_id: id, seq: 1 })).status).toBe(200);
        expect((await call('/playtime/end', ['user'], { session_id: id, seq: 2 })).status).toBe(200);

        for (const role of ['gateway', 'bridge', 'domain', 'engine'] as const) {
          const grace = podOf(role).spec.terminationGracePeriodSeconds ?? 0;
          expect([role, await nodes.get(role)?.stop(grace)]).toEqual([role, 0]);
        }
      },
      START_MS,
    );
  });
});
