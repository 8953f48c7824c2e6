import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { synchronise, synchroniseAll } from './synchronise.ts';

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
 * never changes. What the copy before has under the same name, and whole, is linked, not copied; each copy is whole by
 * itself. It has its name only once it is durable.
 *
 * @param before an earlier copy on the same disk; null: none
 * @param leftOut whether a file, named from the folder on, is not to be copied
 * @throws Error naming the first file whose content is not what its name says; nothing is at `to` then
 */
export async function copySaves(
  from: string,
  to: string,
  before: string | null,
  leftOut: (file: string) => boolean = () => false,
): Promise<CopiedSaves> {
  const draft = `${to}.unfinished`;
  await rm(draft, { recursive: true, force: true });
  const sum = { files: 0, bytes: 0, linked: 0 };
  const fresh: string[] = [];
  const folders = new Set([draft]);
  for (const part of KEPT) {
    for (const name of await filesOf(path.join(from, part))) {
      const file = path.join(part, name);
      if (leftOut(file)) continue;
      const place = path.join(draft, file);
      await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
      for (let folder = path.dirname(place); !folders.has(folder); folder = path.dirname(folder)) folders.add(folder);
      if (
        before !== null &&
        part === 'objects' &&
        (await linked(path.join(from, file), path.join(before, file), place))
      ) {
        sum.linked += 1;
      } else {
        if (!(await unlessGone(() => copyFile(path.join(from, file), place)))) continue;
        if (!(await isSound(place))) throw new Error(`${path.join(from, file)} does not hold what its name says`);
        fresh.push(place);
      }
      sum.files += 1;
      sum.bytes += (await stat(place)).size;
    }
  }
  if (sum.files === 0) throw new Error(`${from} holds no saves`);
  await synchroniseAll(fresh);
  await synchroniseAll(folders);
  await rename(draft, to);
  await synchronise(path.dirname(to));
  return sum;
}

/** The files whose content is not what their names say, named from the folder on. */
export async function damagedSaves(folder: string): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const name of await filesOf(path.join(folder, 'objects'))) {
    const file = path.join('objects', name);
    if (!(await isSound(path.join(folder, file)))) damaged.push(file);
  }
  return damaged;
}

/** The folder of the object that a file belongs to: `objects/ab/ab98f2b4-…`. What lacks a part is worth nothing. */
export function objectOf(file: string): string {
  return file.split(path.sep).slice(0, 3).join(path.sep);
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

/** False when the earlier copy does not have it, or not all of it: a power cut may have left it short. */
async function linked(file: string, earlier: string, place: string): Promise<boolean> {
  const [now, then] = [await sizeOf(file), await sizeOf(earlier)];
  return now !== null && now === then && (await unlessGone(() => link(earlier, place)));
}

/** Null when it is not there. */
async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  return found?.size ?? null;
}

/** False when it was removed meanwhile: then no row needs it. */
async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether its content is what its name says; true where the name says nothing. */
async function isSound(file: string): Promise<boolean> {
  const expected = NAMED_BY_SHA256.exec(file)?.[1];
  if (expected === undefined) return true;
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex') === expected;
}
