/** `scripts/backup/saves`: see its `--help`. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { copySaves } from './copy-saves.ts';
import type { Config } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { lockDirectory } from '../../lib/db/directory-lock.ts';
import { endOldVersions, keepsVersions, keepVersions } from '../../lib/s3/bucket-protection.ts';
import { s3Client, type Bucket } from '../../lib/s3/s3-client.ts';
import { caOf } from './saves-ca.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');

const whole = (text: string): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 3_660) return number;
  throw new Error(`expected a number from 1 to 3660: ${text}`);
};

const program = new Command('scripts/backup/saves').description(
  'Keeps cloud saves safe, wherever the configuration has them: in an S3 bucket by its own versions, in a folder by copies.',
);

program
  .command('protect')
  .description('has the S3 bucket keep what is removed or overwritten, for so many days; run once')
  .option('--days <n>', 'longer than PostgreSQL can be brought back, and than a disaster may go unnoticed', whole, 35)
  .option('--without-lifecycle', 'the server knows no lifecycle rules: end old versions by other means')
  .action(async ({ days, withoutLifecycle }: { days: number; withoutLifecycle?: true }) => {
    const bucket = bucketOf(loadConfig());
    await keepVersions(bucket);
    if (withoutLifecycle !== true) await endOldVersions(bucket, days);
    const until = withoutLifecycle === true ? 'until somebody ends them' : `for ${days} days`;
    console.log(`${bucket.bucket} keeps what is removed ${until}`);
  });

program
  .command('check')
  .description('fails unless the S3 bucket keeps what is removed')
  .action(async () => {
    const bucket = bucketOf(loadConfig());
    if (!(await keepsVersions(bucket))) throw new Error(`${bucket.bucket} has no versioning: run protect`);
    console.log(`${bucket.bucket} keeps what is removed`);
  });

program
  .command('copy')
  .description('copies the folder of saves into BACKUP_DIR/saves; what was copied before is linked, not copied again')
  .option('--keep <n>', 'how many copies are kept', whole, Number(process.env['BACKUP_KEEP'] ?? '14'))
  .action(async ({ keep }: { keep: number }) => {
    const { s3, saves, node } = loadConfig();
    if (s3.bucket !== null) throw new Error('the saves are in S3: use protect, and the replication of the bucket');
    const { BACKUP_DIR: backups } = process.env;
    if (backups === undefined || backups === '')
      throw new Error('BACKUP_DIR is not set: name the folder of the backups');
    const from = path.resolve(PROJECT, saves.dir ?? path.join(node.dataDir, 'saves'));
    const shelf = path.join(backups, 'saves');
    await mkdir(shelf, { recursive: true, mode: 0o700 });
    // One at a time: what is unfinished is litter then.
    const unlock = await lockDirectory(shelf);
    try {
      console.log(await copyTo(shelf, from, keep));
    } finally {
      await unlock();
    }
  });

async function copyTo(shelf: string, from: string, keep: number): Promise<string> {
  const there = await readdir(shelf);
  for (const litter of there.filter((name) => /^\d{8}T\d{6}Z\.unfinished$/.test(name)))
    await rm(path.join(shelf, litter), { recursive: true });
  const copies = there.filter((name) => /^\d{8}T\d{6}Z$/.test(name)).sort();
  const name = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const last = copies.at(-1);
  const to = path.join(shelf, name);
  const { files, bytes, linked } = await copySaves(from, to, last === undefined ? null : path.join(shelf, last));
  for (const old of [...copies, name].slice(0, -keep)) await rm(path.join(shelf, old), { recursive: true });
  return `${to}: ${files} files, ${bytes} bytes; ${linked} of them had been copied before`;
}

function bucketOf({ s3 }: Config): Bucket {
  if (s3.bucket === null)
    throw new Error('s3.bucket (S3_BUCKET_SAVEGAMES) is not set: the saves are in a folder, use copy');
  return { client: s3Client(s3, s3.endpoint, caOf(s3)), bucket: s3.bucket };
}

program.parseAsync().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`backup/saves: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
