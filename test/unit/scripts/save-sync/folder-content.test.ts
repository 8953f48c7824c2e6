import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { folderContent } from '../../../../scripts/save-sync/folder-content.ts';
import { UnusableSave } from '../../../../scripts/save-sync/save-content.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';
import { readFiles, writeFiles } from './save-folder.ts';

const temporaryFolder = temporaryFolders();

async function packed(folder: string): Promise<Buffer> {
  return buffer(folderContent.packed(folder, await folderContent.list(folder)));
}

describe('a packed folder', () => {
  it('has the same bytes for the same content, whatever its times, modes and the order it was written in', async () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    const long = `${'deep/'.repeat(40)}a name that is longer than a tar header.sav`;
    writeFiles(first, { 'b.sav': 'two', 'a/1.sav': 'one', 'Ä ö 漢字.sav': 'three', [long]: 'four' });
    writeFiles(second, { [long]: 'four', 'Ä ö 漢字.sav': 'three', 'a/1.sav': 'one', 'b.sav': 'two' });
    chmodSync(path.join(second, 'b.sav'), 0o600);
    utimesSync(path.join(second, 'b.sav'), 1, 1);
    expect((await packed(first)).equals(await packed(second))).toBe(true);
    writeFileSync(path.join(second, 'b.sav'), 'owt');
    expect((await packed(first)).equals(await packed(second))).toBe(false);
  });

  it('has bytes that never change: other clients, and later ones, compare checksums with it', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'slot/1.sav': 'one', 'settings.ini': '[video]\n' });
    const sha256 = createHash('sha256')
      .update(await packed(folder))
      .digest('hex');
    expect(sha256).toBe('6b14a845676c85c62c7e8f5ec223090a261ef720bbfc3c74f89aea97d7cc17f5');
  });

  it('comes out as it went in', async () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter(
        (name) => !/[\\/\0]|^\.{1,2}$|^[A-Za-z]:/.test(name) && Buffer.byteLength(name) < 120 && name.isWellFormed(),
      );
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc.constantFrom(Buffer.alloc(512), Buffer.alloc(70_000)),
    );
    const noFileIsAFolder = (files: (readonly [string, unknown])[]): boolean =>
      files.every(([one]) => files.every(([other]) => !other.startsWith(`${one}/`)));
    const saves = fc
      .uniqueArray(fc.tuple(name, content), { selector: ([one]) => one, minLength: 1, maxLength: 8 })
      .filter(noFileIsAFolder);
    await fc.assert(
      fc.asyncProperty(saves, async (files) => {
        const root = temporaryFolder();
        const [from, to] = [path.join(root, 'from'), path.join(root, 'to')];
        writeFiles(from, Object.fromEntries(files));
        const archive = await packed(from);
        await folderContent.unpack(Readable.from([archive]), to);
        expect(readFiles(to)).toEqual(readFiles(from));
        expect((await packed(to)).equals(archive)).toBe(true);
        rmSync(root, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps empty folders and links within', async () => {
    const root = temporaryFolder();
    const from = path.join(root, 'from');
    writeFiles(from, { 'saves/1/data.sav': 'one' });
    mkdirSync(path.join(from, 'empty'));
    symlinkSync('1', path.join(from, 'saves', 'latest'));
    symlinkSync('../saves/1/data.sav', path.join(from, 'empty', 'link.sav'));
    const archive = await packed(from);
    await folderContent.unpack(Readable.from([archive]), path.join(root, 'to'));
    expect((await packed(path.join(root, 'to'))).equals(archive)).toBe(true);
    expect(readFileSync(path.join(root, 'to/saves/latest/data.sav'), 'utf8')).toBe('one');
    expect(readdirSync(path.join(root, 'to/empty'))).toEqual(['link.sav']);
  });

  it('is nothing when there is no file: a game that was just installed has no save', async () => {
    const folder = temporaryFolder();
    expect(await folderContent.list(path.join(folder, 'missing'))).toEqual([]);
    mkdirSync(path.join(folder, 'empty', 'still empty'), { recursive: true });
    expect(await folderContent.list(folder)).toEqual([]);
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    ['a link out of the folder', (folder) => symlinkSync('../secret', path.join(folder, 'link')), /leads out/],
    ['an absolute link', (folder) => symlinkSync('/etc/passwd', path.join(folder, 'link')), /cannot be saved/],
    ['a link to nothing', (folder) => symlinkSync('nothing', path.join(folder, 'link')), /leads nowhere/],
    [
      'a link that only another link leads out',
      (folder) => {
        mkdirSync(path.join(folder, 'sub'));
        symlinkSync('.', path.join(folder, 'sub', 'here'));
        symlinkSync('here/../..', path.join(folder, 'sub', 'out'));
      },
      /cannot be saved/,
    ],
    [
      'a name that other systems take for a path',
      (folder) => writeFileSync(path.join(folder, 'a\\b'), ''),
      /cannot be saved/,
    ],
  ])('is refused for %s', async (_what, make, message) => {
    const root = temporaryFolder();
    writeFileSync(path.join(root, 'secret'), '');
    const folder = path.join(root, 'saves');
    writeFiles(folder, { 'a.sav': 'one' });
    make(folder);
    await expect(folderContent.list(folder)).rejects.toThrow(message);
  });

  it('is no file', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'a.sav': 'one' });
    await expect(folderContent.list(path.join(folder, 'a.sav'))).rejects.toThrow('is not a folder');
  });

  it('is refused for what is neither file nor folder', async () => {
    const folder = temporaryFolder();
    const server = createServer().listen(path.join(folder, 'socket'));
    try {
      await expect(folderContent.list(folder)).rejects.toThrow(UnusableSave);
    } finally {
      server.close();
    }
  });

  it('is refused when a file got shorter while it was read', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'a.sav': 'a long content', 'b.sav': 'b' });
    const entries = await folderContent.list(folder);
    writeFileSync(path.join(folder, 'a.sav'), 'short');
    await expect(buffer(folderContent.packed(folder, entries))).rejects.toThrow('being written to');
    cpSync(path.join(folder, 'b.sav'), path.join(folder, 'c.sav'));
    rmSync(path.join(folder, 'a.sav'));
    await expect(buffer(folderContent.packed(folder, entries))).rejects.toThrow('being written to');
  });
});
