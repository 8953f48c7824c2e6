import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { pack } from 'tar-stream';
import { unpackFolder } from '../../../../scripts/save-sync/unpack-folder.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const temporaryFolder = temporaryFolders();
type Entry = Parameters<ReturnType<typeof pack>['entry']>[0];

async function unpacked(entries: readonly Entry[], content = 'evil'): Promise<string> {
  const root = temporaryFolder();
  const archive = pack();
  for (const entry of entries) {
    if (entry.type === undefined || entry.type === 'file') archive.entry(entry, content);
    else archive.entry(entry);
  }
  archive.finalize();
  writeFileSync(path.join(root, 'secret'), 'secret');
  try {
    await unpackFolder(Readable.from(archive), path.join(root, 'save'));
  } finally {
    expect(readdirSync(root)).toEqual(['save', 'secret']);
  }
  return path.join(root, 'save');
}

describe('unpacking an archive from somewhere', () => {
  it.each([
    '../secret',
    '/etc/library-test',
    'a/../../secret',
    './secret',
    'a//b',
    'C:secret',
    'C:\\secret',
    '..\\secret',
    'a\0b',
  ])('refuses the name %j', async (name) => {
    await expect(unpacked([{ name, pax: { path: name } }])).rejects.toThrow('cannot be saved');
    expect(existsSync('/etc/library-test')).toBe(false);
  });

  it.each<[string, readonly Entry[]]>([
    ['upwards', [{ name: 'link', type: 'symlink', linkname: '../secret' }]],
    ['to the parent', [{ name: 'link', type: 'symlink', linkname: '..' }]],
    ['absolutely', [{ name: 'link', type: 'symlink', linkname: '/etc' }]],
    [
      'upwards by way of another link',
      [
        { name: 'sub/here', type: 'symlink', linkname: '../.' },
        { name: 'sub/out', type: 'symlink', linkname: 'here/../secret' },
      ],
    ],
    ['nowhere', [{ name: 'link', type: 'symlink', linkname: 'missing' }]],
  ])('refuses a link that leads %s', async (_where, entries) => {
    await expect(unpacked(entries)).rejects.toThrow(/leads out|cannot be saved/);
  });

  it('writes nothing through a link, wherever it stands in the archive', async () => {
    const entries: Entry[] = [
      { name: 'sub', type: 'symlink', linkname: 'real' },
      { name: 'real', type: 'directory' },
      { name: 'sub/a.sav' },
    ];
    await expect(unpacked(entries)).rejects.toThrow('EEXIST');
  });

  it('makes no link, and no folder, through another link', async () => {
    const entries: Entry[] = [
      { name: 'sub/here', type: 'symlink', linkname: '..' },
      { name: 'sub/here/up', type: 'symlink', linkname: '..' },
      { name: 'sub/here/up/outside/link', type: 'symlink', linkname: 'secret' },
    ];
    await expect(unpacked(entries)).rejects.toThrow('EEXIST');
  });

  it.each<[string, Entry]>([
    ['a hard link', { name: 'hard', type: 'link', linkname: '../secret' }],
    ['a device', { name: 'device', type: 'character-device', devmajor: 1, devminor: 3 }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
  ])('refuses %s', async (_what, entry) => {
    await expect(unpacked([entry])).rejects.toThrow('neither a file nor a folder');
  });

  it('refuses a name that is there twice', async () => {
    await expect(unpacked([{ name: 'a.sav' }, { name: 'a.sav' }])).rejects.toThrow('there twice');
  });

  it('refuses what is no archive, and half an archive', async () => {
    const folder = temporaryFolder();
    const text = Readable.from([Buffer.alloc(2_000, 'no archive')]);
    await expect(unpackFolder(text, path.join(folder, 'one'))).rejects.toThrow('not an archive of a save folder');
    const archive = pack();
    archive.entry({ name: 'a.sav' }, 'x'.repeat(5_000));
    archive.finalize();
    const whole = Buffer.concat((await Readable.from(archive).toArray()) as Buffer[]);
    const half = Readable.from([whole.subarray(0, 3_000)]);
    await expect(unpackFolder(half, path.join(folder, 'two'))).rejects.toThrow('not an archive of a save folder');
  });

  it('makes folders that the archive only implies', async () => {
    const folder = await unpacked([{ name: 'a/b/c.sav' }]);
    expect(existsSync(path.join(folder, 'a/b/c.sav'))).toBe(true);
  });
});
