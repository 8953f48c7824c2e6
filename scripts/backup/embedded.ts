/** `npm run backup`: a copy of everything that an installation without servers has. */
import path from 'node:path';
import { Command } from 'commander';
import { copyFolder } from './copy-folder.ts';
import type { Config } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lockDirectory } from '../../lib/db/directory-lock.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');
/** Of the process that has the directory open: `lock`, `lock.<token>`, `<token>.draft`. */
const LOCKS = /^(lock(\.[0-9a-f-]+)?|[0-9a-f-]{36}\.draft)$/;

const { to } = new Command('backup')
  .description(
    'Copies the embedded data (DATA_DIR: database, sessions, saves) with checksums, and reads the copy again. Stop the\n' +
      'service first: one process has the data open. With servers: scripts/backup/postgres, redis and saves. Saves that\n' +
      'are elsewhere (S3, SAVES_DIR) are not in it: it says so.',
  )
  .requiredOption('--to <folder>', 'where copies are kept, best on another disk; each gets a folder of its own')
  .parse()
  .opts<{ to: string }>();

async function main(): Promise<void> {
  const config = loadConfig();
  const { postgres, node } = config;
  if (postgres.dsn !== null) throw new Error('POSTGRES_DSN names a server: use scripts/backup/postgres');
  const from = path.resolve(PROJECT, node.dataDir);
  const shelf = path.resolve(to);
  if (`${shelf}${path.sep}`.startsWith(`${from}${path.sep}`)) throw new Error(`${shelf} lies within the data`);
  const elsewhere = savesElsewhere(config, from);
  const unlock = await lockDirectory(from);
  try {
    const name = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const copy = path.join(shelf, `library-${name}`);
    const files = await copyFolder(from, copy, (file) => LOCKS.test(file));
    console.log(`${copy}: ${files} files`);
    if (elsewhere !== null) console.error(`backup: cloud saves are NOT in it: ${elsewhere}`);
  } finally {
    await unlock();
  }
}

/** Where saves are and what keeps them, when that is not in the data. */
function savesElsewhere({ s3, saves }: Config, data: string): string | null {
  if (s3.bucket !== null) return `they are in the S3 bucket ${s3.bucket}, see scripts/backup/saves protect`;
  if (saves.dir === null) return null;
  const folder = path.resolve(PROJECT, saves.dir);
  if (folder.startsWith(`${data}${path.sep}`)) return null;
  return `they are in ${folder}, copy them with scripts/backup/saves copy`;
}

main().catch((error: unknown) => {
  console.error(`backup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
