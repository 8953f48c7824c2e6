import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AT_ONCE, synchronise } from './synchronise.ts';

/** As `sha256sum` writes and checks it. */
const SUMS = 'SHA256SUMS';

/**
 * Copies a folder that nobody writes to, with the checksums of its files. What was copied is read again and compared; the
 * copy has its name only then, and is durable.
 *
 * @param leftOut whether a file, named from the folder on, is not to be copied
 * @returns how many files
 * @throws Error naming the file that differs
 */
export async function copyFolder(from: string, to: string, leftOut: (file: string) => boolean): Promise<number> {
  const draft = `${to}.unfinished`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const files: string[] = [];
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const name = path.relative(from, path.join(entry.parentPath, entry.name));
    if (leftOut(name)) continue;
    // Empty folders belong to a database's directory, too.
    if (entry.isDirectory()) await mkdir(path.join(draft, name), { recursive: true });
    if (entry.isFile()) files.push(name);
  }
  const lines: string[] = [];
  const queue = files.values();
  const copyNext = async (): Promise<void> => {
    for (const file of queue) {
      await mkdir(path.dirname(path.join(draft, file)), { recursive: true });
      await copyFile(path.join(from, file), path.join(draft, file));
      await synchronise(path.join(draft, file));
      lines.push(`${await sha256(path.join(from, file))}  ${file}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, copyNext));
  await writeFile(path.join(draft, SUMS), lines.sort().join(''), { flush: true });
  await verifyFolder(draft);
  await rename(draft, to);
  await synchronise(path.dirname(to));
  return lines.length;
}

/** @throws Error naming the first file that is missing, or is not what it was when it was copied */
export async function verifyFolder(folder: string): Promise<void> {
  const sums = await readFile(path.join(folder, SUMS), 'utf8').catch(() => {
    throw new Error(`${folder} is no backup: it has no ${SUMS}`);
  });
  for (const line of sums.split('\n').filter((text) => text !== '')) {
    const [expected, file] = [line.slice(0, 64), line.slice(66)];
    const found = await sha256(path.join(folder, file)).catch(() => null);
    if (found !== expected) throw new Error(`${folder} is damaged: ${file}`);
  }
}

async function sha256(file: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}
