import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { bringBack, keepsVersions, keepVersions } from '../../../lib/s3/bucket-protection.ts';
import { copySaves, damagedSaves } from '../../../scripts/backup/copy-saves.ts';
import { runScript } from '../../../scripts/rehearse-restore/run-script.ts';
import { createBucket, type FreshBucket } from '../../../scripts/servers/s3-bucket.ts';
import { s3Variables } from '../../../scripts/servers/s3-address.ts';
import { describeWithServer } from '../../servers.ts';
import { temporaryFolders } from '../../temporary-folder.ts';

/** Some commands are processes of their own. */
const PATIENCE_MS = 60_000;

describe('copies of a folder of saves', () => {
  const folder = temporaryFolders();

  /** A save as the folder store keeps it. Returns its path below the folder. */
  function keep(store: string, content: string): string {
    const id = randomUUID();
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = path.join('objects', id.slice(0, 2), id, `1.whole.${content.length}.${sha256}`);
    mkdirSync(path.dirname(path.join(store, file)), { recursive: true });
    writeFileSync(path.join(store, file), content);
    return file;
  }

  it('hold every save, and no file a second time', async () => {
    const [store, shelf] = [folder(), folder()];
    const old = keep(store, 'old');
    const first = path.join(shelf, 'first');
    const second = path.join(shelf, 'second');
    expect(await copySaves(store, first, null)).toEqual({ files: 1, bytes: 3, linked: 0 });
    const fresh = keep(store, 'fresh');
    expect(await copySaves(store, second, first)).toEqual({ files: 2, bytes: 8, linked: 1 });
    expect(statSync(path.join(second, old)).ino).toBe(statSync(path.join(first, old)).ino);
    rmSync(first, { recursive: true });
    expect([old, fresh].map((file) => readFileSync(path.join(second, file), 'utf8'))).toEqual(['old', 'fresh']);
  });

  it('are not made of saves whose bytes have rotted', async () => {
    const [store, shelf] = [folder(), folder()];
    writeFileSync(path.join(store, keep(store, 'sound')), 'SOUND');
    await expect(copySaves(store, path.join(shelf, 'copy'), null)).rejects.toThrow('does not hold what its name says');
    expect(readdirSync(shelf)).toEqual(['copy.unfinished']);
  });

  it('are found out when they rot themselves', async () => {
    const [store, shelf] = [folder(), folder()];
    const file = keep(store, 'sound');
    const copy = path.join(shelf, 'copy');
    await copySaves(store, copy, null);
    expect(await damagedSaves(copy)).toEqual([]);
    writeFileSync(path.join(copy, file), 'SOUND');
    expect(await damagedSaves(copy)).toEqual([file]);
  });

  it('copy again what the copy before has only in part', async () => {
    const [store, shelf] = [folder(), folder()];
    const file = keep(store, 'a whole save');
    const [first, second] = [path.join(shelf, 'first'), path.join(shelf, 'second')];
    await copySaves(store, first, null);
    writeFileSync(path.join(first, file), '');
    expect(await copySaves(store, second, first)).toEqual({ files: 1, bytes: 12, linked: 0 });
    expect(readFileSync(path.join(second, file), 'utf8')).toBe('a whole save');
  });

  it(
    'are restored without the objects that rotted in them, which are named',
    async () => {
      const [store, shelf, restored] = [folder(), folder(), folder()];
      const [rotten, sound] = [keep(store, 'sound'), keep(store, 'whole')];
      const copy = path.join(shelf, 'copy');
      await copySaves(store, copy, null);
      writeFileSync(path.join(copy, rotten), 'SOUND');
      // As the other parts of an object of parts: worth nothing without this one.
      writeFileSync(path.join(copy, path.dirname(rotten), '2.whole.0.rest'), '');
      const restoring = runScript('restore/saves', ['copy', '--from', copy], { SAVES_DIR: restored });
      await expect(restoring).rejects.toThrow(`${rotten} does not hold what its name says: left out`);
      expect(readFileSync(path.join(restored, sound), 'utf8')).toBe('whole');
      expect(readdirSync(path.join(restored, 'objects'), { recursive: true })).not.toContain(
        path.relative('objects', path.dirname(rotten)),
      );
    },
    PATIENCE_MS,
  );

  it(
    'come and go by commands, and only so many are kept',
    async () => {
      const [store, shelf] = [folder(), folder()];
      const file = keep(store, 'a save');
      const environment = { SAVES_DIR: store, BACKUP_DIR: shelf, BACKUP_KEEP: '1' };
      for (const name of ['20260101T000000Z', '20260102T000000Z.unfinished'])
        mkdirSync(path.join(shelf, 'saves', name), { recursive: true });
      await runScript('backup/saves', ['copy'], environment);
      expect(readdirSync(path.join(shelf, 'saves'))).toHaveLength(1);
      await expect(runScript('restore/saves', ['copy'], environment)).rejects.toThrow('is not empty');
      rmSync(store, { recursive: true });
      await runScript('restore/saves', ['copy'], environment);
      expect(readFileSync(path.join(store, file), 'utf8')).toBe('a save');
    },
    PATIENCE_MS,
  );
});

describeWithServer('S3', 'a bucket of saves', (address) => {
  let fresh: FreshBucket;
  const [id, content] = ['5f0c1f9e-8d0a-4c61-9e2f-1f3b7c2a9d10', 'a save'];
  const at = () => ({ Bucket: fresh.bucket, Key: `saves/${id}` });

  beforeEach(async () => {
    fresh = await createBucket(address, 'protected');
  });
  afterEach(() => fresh.drop());

  it('gives back what was removed, once it keeps versions', async () => {
    expect(await keepsVersions(fresh)).toBe(false);
    await keepVersions(fresh);
    expect(await keepsVersions(fresh)).toBe(true);
    await fresh.client.send(new PutObjectCommand({ ...at(), Body: content }));
    await fresh.client.send(new DeleteObjectCommand(at()));
    await fresh.client.send(new DeleteObjectCommand(at()));
    expect(await bringBack(fresh, id)).toBe(true);
    const { Body } = await fresh.client.send(new GetObjectCommand(at()));
    expect(await Body?.transformToString()).toBe(content);
  });

  it('says so when there is nothing to bring back', async () => {
    await keepVersions(fresh);
    expect(await bringBack(fresh, id)).toBe(false);
  });

  it(
    'is found out by its check as long as it keeps nothing',
    async () => {
      const environment = s3Variables(address, fresh.bucket);
      await expect(runScript('backup/saves', ['check'], environment)).rejects.toThrow('has no versioning');
      await runScript('backup/saves', ['protect', '--without-lifecycle'], environment);
      expect(await runScript('backup/saves', ['check'], environment)).toContain('keeps what is removed');
    },
    PATIENCE_MS,
  );
});
