/** `npm run restore`: brings back what `npm run backup` copied. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { openStores } from './open-stores.ts';
import { copyFolder, verifyFolder } from '../backup/copy-folder.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { skipNumbers } from '../../lib/restore/skip-numbers.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');

const { from } = new Command('restore')
  .description('Makes the embedded data (DATA_DIR) of a copy by npm run backup, once there are none (npm run reset).')
  .requiredOption('--from <copy>', 'the copy: library-<time>')
  .parse()
  .opts<{ from: string }>();

async function main(): Promise<void> {
  const config = loadConfig();
  if (config.postgres.dsn !== null) throw new Error('POSTGRES_DSN names a server: use scripts/restore/postgres');
  const to = path.resolve(PROJECT, config.node.dataDir);
  const there = await readdir(to).catch(() => []);
  if (there.length > 0) throw new Error(`${to} is not empty: move it away, or remove it with npm run reset`);
  await verifyFolder(path.resolve(from));
  const files = await copyFolder(path.resolve(from), to, (file) => file === 'SHA256SUMS');
  const { database, close } = await openStores(config);
  try {
    await skipNumbers(database.db);
  } finally {
    await close();
  }
  console.log(`${to} is ${from}: ${files} files. npm start goes on from there`);
}

main().catch((error: unknown) => {
  console.error(`restore: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
