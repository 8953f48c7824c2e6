/** `npm run backup`: a copy of everything that an installation without servers has. */
import path from 'node:path';
import { Command } from 'commander';
import { copyFolder } from './copy-folder.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lockDirectory } from '../../lib/db/directory-lock.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');
/** Of the process that has the directory open: `lock`, `lock.<token>`, `<token>.draft`. */
const LOCKS = /^(lock(\.[0-9a-f-]+)?|[0-9a-f-]{36}\.draft)$/;

const { to } = new Command('backup')
  .description(
    'Copies the embedded data (DATA_DIR: database, sessions, saves) with checksums, and reads the copy again. Stop the\n' +
      'service first: one process has the data open. With servers: scripts/backup/postgres, redis and saves.',
  )
  .requiredOption('--to <folder>', 'where copies are kept, best on another disk; each gets a folder of its own')
  .parse()
  .opts<{ to: string }>();

async function main(): Promise<void> {
  const { postgres, node } = loadConfig();
  if (postgres.dsn !== null) throw new Error('POSTGRES_DSN names a server: use scripts/backup/postgres');
  const from = path.resolve(PROJECT, node.dataDir);
  const shelf = path.resolve(to);
  if (`${shelf}${path.sep}`.startsWith(`${from}${path.sep}`)) throw new Error(`${shelf} lies within the data`);
  const unlock = await lockDirectory(from);
  try {
    const name = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const copy = path.join(shelf, `library-${name}`);
    const files = await copyFolder(from, copy, (file) => LOCKS.test(file));
    console.log(`${copy}: ${files} files`);
  } finally {
    await unlock();
  }
}

main().catch((error: unknown) => {
  console.error(`backup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
