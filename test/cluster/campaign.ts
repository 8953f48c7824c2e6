/** A cluster of real processes, and what a round needs to play on it, to break it and to look at it. */
import { randomUUID } from 'node:crypto';
import { EpochSampler } from './epoch-sampler.ts';
import type { EngineWires } from './fault.ts';
import { LoadBalancer } from './load-balancer.ts';
import type { Pace } from './pace.ts';
import { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import { TcpProxy } from '../../scripts/cluster/tcp-proxy.ts';
import type { Server } from '../../scripts/servers/server.ts';
import { signDevToken } from '../../lib/auth/dev-token.ts';
import { loadConfig } from '../../lib/config/load.ts';
import type { Role } from '../../lib/contract/endpoint.ts';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';

export interface CampaignOptions {
  readonly engines: number;
  readonly gateways: number;
  /** Default 1. */
  readonly domains?: number;
  readonly pace: Pace;
  /** Where the processes' logs go. */
  readonly logFile: string;
  /** Further settings for every process, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

const GAMES = 3;
const SHARDS = 64;
/** How long a request may take inside the service, ms. */
export const DEADLINE_MS = 4_000;

export class Campaign {
  readonly pace: Pace;
  readonly cluster: LocalCluster;
  readonly wires: ReadonlyMap<string, EngineWires>;
  readonly balancer: LoadBalancer;
  readonly epochs: EpochSampler;
  readonly games: readonly string[] = Array.from({ length: GAMES }, () => randomUUID());

  private constructor(
    pace: Pace,
    cluster: LocalCluster,
    wires: ReadonlyMap<string, EngineWires>,
    epochs: EpochSampler,
  ) {
    this.pace = pace;
    this.cluster = cluster;
    this.wires = wires;
    this.epochs = epochs;
    this.balancer = new LoadBalancer(cluster.gateways.map((gateway) => () => gateway.url));
  }

  /** @throws Error naming the server that is missing, or the process that did not come up. */
  static async start({ engines, gateways, domains = 1, pace, logFile, env = {} }: CampaignOptions): Promise<Campaign> {
    const wires = new Map<string, EngineWires>();
    const cluster = await LocalCluster.start({
      engines,
      gateways,
      domains,
      httpPort: 0,
      appendfsync: 'always',
      logFile,
      env: {
        SHARDS: String(SHARDS),
        HEARTBEAT_INTERVAL_SECONDS: '1',
        MAX_GAP_SECONDS: String(pace.maxGapSeconds),
        SESSION_TIMEOUT_SECONDS: String(pace.sessionTimeoutSeconds),
        FLUSH_INTERVAL_SECONDS: String(pace.flushIntervalSeconds),
        LINGER_SECONDS: String(pace.lingerSeconds),
        REQUEST_DEADLINE_MS: String(DEADLINE_MS),
        ...env,
      },
      async envOf({ id, role }, { nats, redis }): Promise<Record<string, string>> {
        if (role !== 'engine') return {};
        const wired = { nats: await proxyTo(nats), redis: await proxyTo(redis) };
        wires.set(id, wired);
        return {
          NATS_URL: `nats://127.0.0.1:${wired.nats.port}`,
          REDIS_ADDR: `redis://127.0.0.1:${wired.redis.port}`,
        };
      },
    });
    const epochs = await EpochSampler.start(cluster.servers.redis.address);
    const campaign = new Campaign(pace, cluster, wires, epochs);
    await campaign.#publishGames();
    return campaign;
  }

  async stop(): Promise<void> {
    this.balancer.close();
    await this.epochs.close();
    await this.cluster.stop();
    for (const { nats, redis } of this.wires.values()) await Promise.all([nats.close(), redis.close()]);
  }

  /** Gives each user all games. */
  async grantGames(users: readonly string[]): Promise<void> {
    const token = await tokenOf(randomUUID(), ['service']);
    for (const user of users) {
      await Promise.all(
        this.games.map((game_id) =>
          this.#mustPost(`/admin/users/${user}/games`, token, { game_id, source: 'purchase' }),
        ),
      );
    }
  }

  async #publishGames(): Promise<void> {
    const token = await tokenOf(randomUUID(), ['service']);
    for (const [at, game] of this.games.entries()) {
      await this.#mustPost(`/admin/catalog/games/${game}`, token, { title: `Game ${at + 1}` }, 'PUT');
    }
  }

  async #mustPost(path: string, token: string, body: object, method: 'POST' | 'PUT' = 'POST'): Promise<void> {
    const { status, body: text } = await this.balancer.send({ method, path: BASE_PATH + path, token, body });
    if (status !== 200) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  }
}

/** A token that the cluster accepts, for a day. */
export function tokenOf(userId: string, roles: readonly Role[] = ['user']): Promise<string> {
  return signDevToken(loadConfig({}).auth, { userId, roles, ttlSeconds: 86_400 }, Date.now());
}

function proxyTo({ address }: Server): Promise<TcpProxy> {
  const { hostname, port } = new URL(address);
  return TcpProxy.start({ host: hostname, port: Number(port) });
}
