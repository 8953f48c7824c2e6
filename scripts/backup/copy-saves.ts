import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface CopiedSaves {
  readonly files: number;
  readonly bytes: number;
  /** How many of them the copy before this one had already. */
  readonly linked: number;
}

/** Of what a folder of saves has, what is worth keeping; uploads under way are begun again. */
const KEPT = ['objects', 'url-key'] as const;
/** Every file of an object ends in the SHA-256 of its content, or lies in a folder of parts that do. */
const NAMED_BY_SHA256 = /\.([0-9a-f]{64})$/;

/**
 * Copies a folder of saves (`lib/save-folder/DESIGN.md`). It may be in use: an object comes to its place in one step and
 * never changes. What the copy before has under the same name is linked, not copied; each copy is whole by itself.
 *
 * @param before an earlier copy on the same disk; null: none
 * @throws Error naming the first file whose content is not what its name says; nothing is at `to` then
 */
export async function copySaves(from: string, to: string, before: string | null): Promise<CopiedSaves> {
  const draft = `${to}.unfinished`;
  await rm(draft, { recursive: true, force: true });
  const sum = { files: 0, bytes: 0, linked: 0 };
  for (const part of KEPT) {
    for (const name of await filesOf(path.join(from, part))) {
      const file = path.join(part, name);
      const place = path.join(draft, file);
      await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
      if (before !== null && part === 'objects' && (await linked(path.join(before, file), place))) {
        sum.linked += 1;
      } else if (!(await copied(path.join(from, file), place))) {
        continue;
      }
      sum.files += 1;
      sum.bytes += (await stat(place)).size;
    }
  }
  if (sum.files === 0) throw new Error(`${from} holds no saves`);
  await rename(draft, to);
  return sum;
}

/** @throws Error naming the first file whose content is not what its name says */
export async function verifySaves(folder: string): Promise<void> {
  for (const name of await filesOf(path.join(folder, 'objects'))) await verify(path.join(folder, 'objects', name));
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

async function linked(file: string, place: string): Promise<boolean> {
  return unlessGone(() => link(file, place));
}

/** False when it was removed meanwhile: then no row needs it. */
async function copied(file: string, place: string): Promise<boolean> {
  if (!(await unlessGone(() => copyFile(file, place)))) return false;
  await verify(place);
  return true;
}

async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function verify(file: string): Promise<void> {
  const expected = NAMED_BY_SHA256.exec(file)?.[1];
  if (expected === undefined) return;
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  if (digest.digest('hex') !== expected) throw new Error(`${file} does not hold what its name says`);
}
