import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeProcess } from '../../scripts/cluster/node-process.ts';

export interface EmbeddedProduct {
  readonly node: NodeProcess;
  readonly folder: string;
  /** Where its database is. */
  readonly dataFolder: string;
  readonly remove: () => Promise<void>;
}

/**
 * What everyone has who starts the product without any setting, in a folder of its own and on a free port.
 *
 * @param settings variables of the environment, for one that is not all embedded
 */
export function embeddedProduct(settings: Readonly<Record<string, string>> = {}): EmbeddedProduct {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-e2e-'));
  const node = new NodeProcess({
    id: 'embedded',
    role: 'gateway',
    env: { ...embeddedEnvironment(folder), LIBRARY_HTTP_PORT: '0', LIBRARY_GRPC_PORT: '0', ...settings },
    logFile: path.join(folder, 'log'),
  });
  return {
    node,
    folder,
    dataFolder: dataFolderIn(folder),
    async remove() {
      await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** No servers, whatever the environment of the test run names. */
export function embeddedEnvironment(folder: string): Record<string, string> {
  return {
    DATA_DIR: dataFolderIn(folder),
    LOG_LEVEL: 'warn',
    HTTP_DRAIN_GRACE_MS: '0',
    POSTGRES_DSN: '',
    REDIS_ADDR: '',
    NATS_URL: '',
    KAFKA_BROKERS: '',
    S3_BUCKET_SAVEGAMES: '',
  };
}

function dataFolderIn(folder: string): string {
  return path.join(folder, 'data');
}
