/**
 * Many processes of the product on this machine, over real NATS, Redis and PostgreSQL: for `npm run cluster`, for the
 * history checker and for the benches. Every process is the product as it is deployed, started by `scripts/start.ts`.
 */
import { obtainKafka } from '../servers/kafka.ts';
import { obtainNats } from '../servers/nats.ts';
import { obtainPostgres } from '../servers/postgres.ts';
import { obtainRedis } from '../servers/redis.ts';
import type { Server } from '../servers/server.ts';
import { NodeProcess } from './node-process.ts';

export interface ClusterSize {
  readonly engines: number;
  readonly gateways: number;
  readonly domains: number;
}

export interface ClusterOptions extends ClusterSize {
  /** The first gateway listens on this port, the next ones above it; 0: free ones. */
  readonly httpPort: number;
  /** Further settings for every process, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further settings for one process: where its wires lead, for instance. */
  readonly envOf?: (node: NodeName, servers: ClusterServers) => Promise<Readonly<Record<string, string>>>;
  /** How Redis makes writes durable before it answers. */
  readonly appendfsync?: 'always' | 'everysec';
  /** With Kafka for the events, where the machine has one; the events stay in the database otherwise. */
  readonly kafka?: boolean;
  /** Where the processes' logs go; inherited when absent. */
  readonly logFile?: string;
}

export interface NodeName {
  readonly id: string;
  readonly role: NodeProcess['role'];
}

export interface ClusterServers {
  readonly postgres: Server;
  readonly redis: Server;
  readonly nats: Server;
  readonly kafka: Server | null;
}

export class LocalCluster {
  readonly servers: ClusterServers;
  readonly nodes: ReadonlyMap<string, NodeProcess>;

  private constructor(servers: ClusterServers, nodes: ReadonlyMap<string, NodeProcess>) {
    this.servers = servers;
    this.nodes = nodes;
  }

  /** @throws Error naming the server that is missing, or the process that did not come up. */
  static async start(options: ClusterOptions): Promise<LocalCluster> {
    const servers = await obtainAll(options);
    const nodes = new Map<string, NodeProcess>();
    const cluster = new LocalCluster(servers, nodes);
    try {
      for (const node of await plan(options, servers)) nodes.set(node.id, node);
      // The first one applies the migrations; the others would only wait for its lock.
      const [first, ...others] = nodes.values();
      await first?.start();
      await Promise.all(others.map((node) => node.start()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  node(id: string): NodeProcess {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`there is no node ${id}; there are ${[...this.nodes.keys()].join(', ')}`);
    return node;
  }

  get gateways(): readonly NodeProcess[] {
    return [...this.nodes.values()].filter((node) => node.role === 'gateway');
  }

  get engines(): readonly NodeProcess[] {
    return [...this.nodes.values()].filter((node) => node.role === 'engine');
  }

  /** Ends the processes in good order, gateways first, then the servers that were started for them. */
  async stop(): Promise<void> {
    for (const role of ['gateway', 'domain', 'engine']) {
      await Promise.all([...this.nodes.values()].filter((node) => node.role === role).map((node) => node.stop()));
    }
    const servers = Object.values(this.servers) as readonly (Server | null)[];
    await Promise.all(servers.flatMap((server) => (server ? [server.stop()] : [])));
  }
}

async function obtainAll({ appendfsync, kafka: wantsKafka = false }: ClusterOptions): Promise<ClusterServers> {
  const [postgres, redis, nats] = await Promise.all([
    obtainPostgres(),
    obtainRedis(appendfsync ? { appendfsync } : {}),
    obtainNats(),
  ]);
  const kafka = wantsKafka ? await obtainKafka() : null;
  if (postgres && redis && nats) return { postgres, redis, nats, kafka };
  const missing = Object.entries({ PostgreSQL: postgres, Redis: redis, NATS: nats }).filter(([, server]) => !server);
  await Promise.all([postgres, redis, nats, kafka].flatMap((server) => (server ? [server.stop()] : [])));
  throw new Error(
    `a cluster needs ${missing.map(([name]) => name).join(', ')}: run scripts/install-servers, ` +
      'or name running ones by POSTGRES_DSN, REDIS_ADDR, NATS_URL',
  );
}

async function plan(options: ClusterOptions, servers: ClusterServers): Promise<NodeProcess[]> {
  const shared = {
    POSTGRES_DSN: servers.postgres.address,
    REDIS_ADDR: servers.redis.address,
    NATS_URL: servers.nats.address,
    KAFKA_BROKERS: servers.kafka?.address ?? '',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '2000',
    ...options.env,
  };
  const make = async (role: NodeProcess['role'], number: number): Promise<NodeProcess> => {
    const name = { id: `${role}-${number}`, role };
    const port = role === 'gateway' && options.httpPort > 0 ? options.httpPort + number - 1 : 0;
    const roles = role === 'domain' ? 'domain,bridge' : role;
    const own = { NODE_ID: name.id, NODE_ROLES: roles, LIBRARY_HTTP_PORT: String(port), LIBRARY_GRPC_PORT: '0' };
    return new NodeProcess({
      ...name,
      env: { ...shared, ...own, ...(await options.envOf?.(name, servers)) },
      ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    });
  };
  const some = (role: NodeProcess['role'], count: number): Promise<NodeProcess>[] =>
    Array.from({ length: count }, (_, at) => make(role, at + 1));
  return Promise.all([
    ...some('domain', options.domains),
    ...some('engine', options.engines),
    ...some('gateway', options.gateways),
  ]);
}
