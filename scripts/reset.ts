/** `npm run reset`: removes the embedded data (DATA_DIR). Servers named by addresses are never touched. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../lib/config/load.ts';
import { lockDirectory } from '../lib/db/directory-lock.ts';

const directory = path.resolve(import.meta.dirname, '..', loadConfig().node.dataDir);
if (!existsSync(directory)) {
  console.log(`There is no data at ${directory}.`);
} else {
  await lockDirectory(directory).catch((error: unknown) => {
    console.error(`reset: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
  rmSync(directory, { recursive: true });
  console.log(`Removed ${directory}.`);
}
