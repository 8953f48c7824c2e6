/** `scripts/restore/saves`: see its `--help`. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { openStores } from './open-stores.ts';
import { copySaves, damagedSaves, objectOf } from '../backup/copy-saves.ts';
import { caOf } from '../backup/saves-ca.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lostSaves } from '../../lib/restore/lost-saves.ts';
import { bringBack } from '../../lib/s3/bucket-protection.ts';
import { s3Client } from '../../lib/s3/s3-client.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');

const program = new Command('scripts/restore/saves').description('Brings cloud saves back.');

program
  .command('bring-back')
  .description(
    'of an S3 bucket with versioning: brings back every object that the database speaks of and that was removed.\n' +
      'Restore PostgreSQL first. Fails, with their number, when some are gone for good',
  )
  .action(async () => {
    const config = loadConfig();
    const { s3 } = config;
    if (s3.bucket === null)
      throw new Error('s3.bucket (S3_BUCKET_SAVEGAMES) is not set: the saves are in a folder, use copy');
    const bucket = { client: s3Client(s3, s3.endpoint, caOf(s3)), bucket: s3.bucket };
    const { database, saves, close } = await openStores(config);
    let [back, gone] = [0, 0];
    try {
      for await (const objectId of lostSaves(database.executor, saves)) {
        if (await bringBack(bucket, objectId)) back += 1;
        else gone += 1;
      }
    } finally {
      await close();
    }
    console.log(`${back} objects are there again`);
    if (gone > 0) throw new Error(`${gone} objects are gone for good; their versions are shown with available: false`);
  });

program
  .command('copy')
  .description(
    'of a folder: makes an empty folder of saves of a copy. Nodes must be stopped. Objects that the copy has damaged are\n' +
      'left out and named, and it fails in the end: everything else is there then',
  )
  .option('--from <copy>', 'default: the newest in BACKUP_DIR/saves')
  .action(async ({ from }: { from?: string }) => {
    const { saves, node } = loadConfig();
    const to = path.resolve(PROJECT, saves.dir ?? path.join(node.dataDir, 'saves'));
    const there = await readdir(to).catch(() => []);
    if (there.length > 0) throw new Error(`${to} is not empty: move it away, it may be needed`);
    const source = from ?? (await newestCopy());
    const damaged = await damagedSaves(source);
    for (const file of damaged) console.error(`${path.join(source, file)} does not hold what its name says: left out`);
    const without = new Set(damaged.map(objectOf));
    const { files, bytes } = await copySaves(source, to, null, (file) => without.has(objectOf(file)));
    console.log(`${to} is ${source}: ${files} files, ${bytes} bytes`);
    if (without.size > 0)
      throw new Error(
        `${without.size} damaged objects were left out; an earlier copy may have them: ${[...without].join(', ')}`,
      );
  });

async function newestCopy(): Promise<string> {
  const { BACKUP_DIR: backups } = process.env;
  if (backups === undefined || backups === '') throw new Error('BACKUP_DIR is not set: name the folder of the backups');
  const shelf = path.join(backups, 'saves');
  const newest = (await readdir(shelf))
    .filter((name) => /^\d{8}T\d{6}Z$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error(`there is no copy in ${shelf}`);
  return path.join(shelf, newest);
}

program.parseAsync().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`restore/saves: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
