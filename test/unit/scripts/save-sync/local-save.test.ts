import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { fileContent } from '../../../../scripts/save-sync/file-content.ts';
import { folderContent } from '../../../../scripts/save-sync/folder-content.ts';
import { besideOf, LocalSave, type PackedSave } from '../../../../scripts/save-sync/local-save.ts';
import type { SaveContent } from '../../../../scripts/save-sync/save-content.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';
import { readFiles, writeFiles } from './save-folder.ts';

const temporaryFolder = temporaryFolders();
const OLD = { 'a.sav': 'old', 'deep/b.sav': 'old' };
const NEW = { 'a.sav': 'new', 'c.sav': 'new' };
const NEW_FOUND = { 'a.sav': 'new', 'c.sav': 'new' };
const OLD_FOUND = { 'a.sav': 'old', 'deep/': '', 'deep/b.sav': 'old' };

describe('a save folder', () => {
  let root: string;
  let folder: string;
  let archive: string;
  let cloud: PackedSave;
  let save: LocalSave;

  beforeEach(async () => {
    root = temporaryFolder();
    folder = path.join(root, 'game');
    archive = path.join(root, 'archive');
    writeFiles(path.join(root, 'elsewhere'), NEW);
    cloud = (await new LocalSave(path.join(root, 'elsewhere'), folderContent).pack(archive))!;
    writeFiles(folder, OLD);
    save = new LocalSave(folder, folderContent);
  });

  it('tells when anything was written, added, removed or renamed, without reading it', async () => {
    const seen = new Set([await save.fingerprint()]);
    const changed = async (change: () => void): Promise<void> => {
      change();
      const fingerprint = await save.fingerprint();
      expect(seen).not.toContain(fingerprint);
      seen.add(fingerprint);
      expect(await save.fingerprint()).toBe(fingerprint);
    };
    await changed(() => writeFileSync(path.join(folder, 'a.sav'), 'dlo'));
    await changed(() => writeFileSync(path.join(folder, 'new.sav'), ''));
    await changed(() => mkdirSync(path.join(folder, 'empty')));
    await changed(() => renameSync(path.join(folder, 'a.sav'), path.join(folder, 'z.sav')));
    await changed(() => rmSync(path.join(folder, 'z.sav')));
    rmSync(folder, { recursive: true });
    expect(await save.fingerprint()).toBeNull();
    expect(await save.pack(archive)).toBeNull();
  });

  it('is replaced whole, and is what it came from afterwards', async () => {
    const replaced = await save.replace(archive, await save.fingerprint());
    expect(readFiles(folder)).toEqual(NEW_FOUND);
    expect(replaced).toEqual({ sha256: cloud.sha256, fingerprint: await save.fingerprint() });
    expect(readFiles(besideOf(folder))).toEqual({});
  });

  it('is made where there was none', async () => {
    rmSync(folder, { recursive: true });
    await save.replace(archive, null);
    expect(readFiles(folder)).toEqual(NEW_FOUND);
  });

  it('is not replaced when somebody wrote to it since it was read', async () => {
    const { fingerprint } = (await save.pack(path.join(root, 'ours')))!;
    writeFileSync(path.join(folder, 'a.sav'), 'newer');
    expect(await save.replace(archive, fingerprint)).toBeNull();
    expect(readFiles(folder)).toEqual({ ...OLD_FOUND, 'a.sav': 'newer' });
    await save.recover();
    expect(readFiles(besideOf(folder))).toEqual({});
  });

  it('is put back when somebody wrote to it at the very moment it was moved', async () => {
    let lists = 0;
    const late: SaveContent = {
      ...folderContent,
      list(place) {
        // The third question is the one after the move.
        if (place.endsWith('old') && (lists += 1) === 1) writeFileSync(path.join(place, 'a.sav'), 'newer');
        return folderContent.list(place);
      },
    };
    expect(await new LocalSave(folder, late).replace(archive, await save.fingerprint())).toBeNull();
    expect(lists).toBe(1);
    expect(readFiles(folder)).toEqual({ ...OLD_FOUND, 'a.sav': 'newer' });
  });

  it('stays as it is when the other content cannot be unpacked', async () => {
    writeFileSync(archive, 'no archive');
    await expect(save.replace(archive, await save.fingerprint())).rejects.toThrow('not an archive');
    expect(readFiles(folder)).toEqual(OLD_FOUND);
    expect(await save.recover()).toBeNull();
    expect(readFiles(besideOf(folder))).toEqual({});
  });

  it('takes another content beside it under a name that is free', async () => {
    expect(await save.placeBeside(archive, 'slot-2')).toBe(`${folder}.slot-2`);
    expect(await save.placeBeside(archive, 'slot-2')).toBe(`${folder}.slot-2-2`);
    expect(readFiles(`${folder}.slot-2-2`)).toEqual(NEW_FOUND);
    expect(readFiles(folder)).toEqual(OLD_FOUND);
  });

  describe('after a crash', () => {
    const besides = (part: string): string => path.join(besideOf(folder), part);

    it('before the old content was moved: is the old one', async () => {
      writeFiles(besides('new'), { 'a.sav': 'half' });
      expect(await save.recover()).toBeNull();
      expect(readFiles(folder)).toEqual(OLD_FOUND);
      expect(existsSync(besides('new'))).toBe(false);
    });

    it('between the two moves: is the old one again', async () => {
      writeFiles(besides('new'), NEW);
      renameSync(folder, besides('old'));
      expect(await save.recover()).toBeNull();
      expect(readFiles(folder)).toEqual(OLD_FOUND);
      expect(readFiles(besideOf(folder))).toEqual({});
    });

    it('after both moves: is the new one', async () => {
      mkdirSync(besideOf(folder));
      renameSync(folder, besides('old'));
      writeFiles(folder, NEW);
      expect(await save.recover()).toBeNull();
      expect(readFiles(folder)).toEqual(NEW_FOUND);
      expect(readFiles(besideOf(folder))).toEqual({});
    });

    it('between the moves, and a game that made a save of its own since: keeps both', async () => {
      writeFiles(besides('new'), NEW);
      renameSync(folder, besides('old'));
      writeFiles(folder, { 'fresh.sav': 'fresh' });
      expect(await save.recover()).toBe(`${folder}.kept`);
      expect(readFiles(`${folder}.kept`)).toEqual(OLD_FOUND);
      expect(readFiles(folder)).toEqual({ 'fresh.sav': 'fresh' });
    });
  });
});

describe('a save of one file', () => {
  it('travels as it is, and is replaced like a folder', async () => {
    const root = temporaryFolder();
    const [file, spool] = [path.join(root, 'game.sav'), path.join(root, 'spool')];
    const save = new LocalSave(file, fileContent);
    expect(await save.pack(spool)).toBeNull();
    writeFileSync(file, 'old');
    const packed = (await save.pack(spool))!;
    expect(readFileSync(spool, 'utf8')).toBe('old');
    writeFileSync(spool, 'new');
    const replaced = await save.replace(spool, packed.fingerprint);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(replaced?.fingerprint).toBe(await save.fingerprint());
    writeFileSync(file, 'newer');
    expect(await save.replace(spool, replaced!.fingerprint)).toBeNull();
    expect(readFileSync(file, 'utf8')).toBe('newer');
  });

  it('is no folder', async () => {
    const folder = temporaryFolder();
    await expect(new LocalSave(folder, fileContent).fingerprint()).rejects.toThrow('is not a file');
  });
});
