import { ServiceBroker } from 'moleculer';
import { ConfigError } from '../../lib/config/config-error.ts';
import type { Config } from '../../lib/config/config.ts';
import type { Database } from '../../lib/db/database.ts';
import type { CheckpointStore } from '../../lib/ports/checkpoint-store.ts';
import { systemClock } from '../../lib/ports/clock.ts';
import type { SaveStore } from '../../lib/ports/save-store.ts';
import { databaseMetrics } from '../../lib/telemetry/database-metrics.ts';
import { Certificates } from '../../lib/tls/certificates.ts';
import { openCheckpoints, openData, openSaves } from '../../services/connections.ts';

export interface OpenStores {
  readonly database: Database;
  readonly checkpoints: CheckpointStore;
  readonly saves: SaveStore;
  readonly close: () => Promise<void>;
}

/**
 * The stores of the configuration, opened as a node opens them (and the schema brought up to date), for a program that is
 * no node. Sample data are never loaded: they must not get into what was restored.
 *
 * @throws ConfigError, DirectoryInUse, and whatever the database says when it is away
 */
export async function openStores(config: Config): Promise<OpenStores> {
  if (config.postgres.dsn === null && config.redis.addr !== null) {
    throw new ConfigError('redis.addr (REDIS_ADDR) is set without postgres.dsn (POSTGRES_DSN): expected the DSN, too');
  }
  const clock = systemClock();
  // Never started: what is opened reports to its log and metrics.
  const broker = new ServiceBroker({ logger: { type: 'Console', options: { level: 'warn' } } });
  const warn = (pool: string, error: Error): void => broker.logger.warn(`${pool}: connection lost: ${error.message}`);
  const pools = databaseMetrics(broker, clock, warn);
  const certificates = new Certificates({ clock, log: broker.logger });
  const closers: (() => Promise<void>)[] = [
    async () => {
      pools.stop();
      certificates.close();
    },
  ];
  const close = async (): Promise<void> => {
    for (const each of closers.reverse()) await each();
  };
  try {
    const bare: Config = { ...config, node: { ...config.node, demoData: 'never' } };
    const database = await openData(bare, broker, pools, certificates, clock.now());
    closers.push(database.close);
    const checkpoints = await openCheckpoints(bare, database, broker, pools, certificates, closers);
    const { store: saves } = await openSaves(bare, clock, certificates);
    closers.push(() => saves.close());
    return { database, checkpoints, saves, close };
  } catch (error) {
    await close();
    throw error;
  }
}
