import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../../../lib/ports/clock.ts';
import { machineDisk, type Disk } from '../../../../../lib/save-folder/disk.ts';
import { SENDER_IDLE_MS } from '../../../../../lib/save-folder/serve/take-save.ts';
import { headOf, RawConnection } from '../../../../raw-connection.ts';
import { serveSaveFolder, type ServedFolder, type ServedFolderSettings } from '../../../../served-save-folder.ts';
import { VirtualTime } from '../../../../simulation/virtual-time.ts';

const SIZE = 300_000;
const bytes = randomBytes(SIZE);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const HALF = bytes.subarray(0, SIZE / 2);
const REST = bytes.subarray(SIZE / 2);
const T0 = 1_790_000_000_000;

/** A disk that says when it is first written to, and may refuse to. */
function watchedDisk(refusal: Error | null = null): { disk: Disk; firstWrite: Promise<void> } {
  let written = (): void => {};
  const firstWrite = new Promise<void>((resolve) => (written = resolve));
  const create: Disk['create'] = async (path) => {
    const file = await machineDisk.create(path);
    const write = async (batch: readonly Uint8Array[]): Promise<void> => {
      if (refusal !== null && !path.endsWith('key')) throw refusal;
      await file.write(batch);
      if (!path.endsWith('key')) written();
    };
    return { ...file, write };
  };
  return { disk: { ...machineDisk, create }, firstWrite };
}

describe('a save file that is being sent', () => {
  let served: ServedFolder;
  const connections: RawConnection[] = [];
  const objectId = randomUUID();

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.die();
    await served.dispose();
  });

  async function begin(settings: ServedFolderSettings = {}): Promise<{ url: string; connection: RawConnection }> {
    served = await serveSaveFolder(settings);
    const validity = { forMs: 600_000, origin: served.origin };
    const { url } = await served.store.signPut({ objectId, sizeBytes: SIZE, sha256 }, validity);
    return { url, connection: connected() };
  }

  function connected(): RawConnection {
    const connection = new RawConnection(served.origin);
    connections.push(connection);
    return connection;
  }

  async function expectNothingKept(): Promise<void> {
    await served.store.close();
    expect(await served.store.describe(objectId)).toBeNull();
    expect(await served.incoming()).toEqual([]);
  }

  const head = (url: string, more: Readonly<Record<string, string | number>> = {}) =>
    headOf('PUT', url, { 'Content-Length': SIZE, ...more });

  it('is let in when it asks before, and answered when it is there', async () => {
    const { url, connection } = await begin();
    await connection.send(head(url, { Expect: '100-continue' }));
    expect(await connection.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await connection.send(bytes);
    await connection.until('200 OK');
    expect(await served.store.describe(objectId)).toEqual({ sizeBytes: SIZE, sha256, parts: null });
    expect(await served.incoming()).toEqual([]);
    expect(served.answered).toEqual([{ operation: 'putSaveFile', status: 200 }]);
  });

  it.each([
    ['the URL was changed', (url: string) => head(`${url}x`, { Expect: '100-continue' }), '403'],
    [
      'the length is wrong',
      (url: string) => headOf('PUT', url, { 'Content-Length': 7, Expect: '100-continue' }),
      '422',
    ],
    [
      'nobody knows the length',
      (url: string) => headOf('PUT', url, { 'Transfer-Encoding': 'chunked', Expect: '100-continue' }),
      '411',
    ],
  ])('is refused without a byte of it when %s, and the connection ends', async (_what, request, status) => {
    const { url, connection } = await begin();
    await connection.send(request(url));
    const answer = await connection.closed();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json`));
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
    expect(answer).not.toContain('100 Continue');
    expect(served.answered).toEqual([{ operation: 'putSaveFile', status: Number(status) }]);
    await expectNothingKept();
  });

  it('is told of a refusal while it sends, may go on with the connection, and is cut off when it does not end', async () => {
    const time = new VirtualTime(T0);
    const clock: Clock = { now: () => time.now, after: (ms, run) => time.after(ms, run) };
    const { url, connection } = await begin({ clock });
    await connection.send(head(`${url}x`), HALF);
    await connection.until('SAVEGAME_URL_REFUSED');
    await connection.send(REST, head(url), bytes);
    await connection.until('200 OK');
    const endless = connected();
    await endless.send(head(`${url}x`), HALF);
    await endless.until('SAVEGAME_URL_REFUSED');
    expect(endless.isClosed).toBe(false);
    await time.advance(2000);
    await endless.closed();
  });

  it('may take for ever, but is answered 408 and cut off when it is silent', async () => {
    const time = new VirtualTime(T0);
    const clock: Clock = { now: () => time.now, after: (ms, run) => time.after(ms, run) };
    const { disk, firstWrite } = watchedDisk();
    const { url, connection } = await begin({ clock, disk });
    await connection.send(head(url), HALF);
    await firstWrite;
    await time.advance(SENDER_IDLE_MS);
    expect(connection.received).toBe('');
    for (let round = 0; round < 1000 && connection.received === ''; round += 1) {
      // What was sent may still be on its way to the disk meanwhile.
      await time.advance(SENDER_IDLE_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connection.closed()).toContain('CLIENT_TOO_SLOW');
    expect(served.answered).toEqual([{ operation: 'putSaveFile', status: 408 }]);
    await expectNothingKept();
  });

  it('is cut off as well when it drips a byte now and then: it has a place that others wait for', async () => {
    const time = new VirtualTime(T0);
    const clock: Clock = { now: () => time.now, after: (ms, run) => time.after(ms, run) };
    const { disk, firstWrite } = watchedDisk();
    const { url, connection } = await begin({ clock, disk });
    await connection.send(head(url), HALF);
    await firstWrite;
    for (let at = SIZE / 2; at < SIZE && connection.received === ''; at += 1) {
      await connection.send(bytes.subarray(at, at + 1));
      await time.advance(SENDER_IDLE_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.received).toContain('CLIENT_TOO_SLOW');
    await connection.closed();
    await expectNothingKept();
  });

  it('leaves nothing when its sender dies', async () => {
    const { disk, firstWrite } = watchedDisk();
    const { url, connection } = await begin({ disk });
    await connection.send(head(url), HALF);
    await firstWrite;
    expect(await served.incoming()).toHaveLength(1);
    connection.die();
    await expectNothingKept();
    expect(served.answered).toEqual([{ operation: 'putSaveFile', status: 400 }]);
  });

  it('is told to come back later when the disk is full; nothing is kept, and operators know', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const { url, connection } = await begin({ disk: watchedDisk(full).disk });
    await connection.send(head(url), bytes);
    expect(await connection.until('The store of saves is full')).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nRetry-After: \d/);
    expect(served.logged).toEqual(['save file not transferred']);
    await expectNothingKept();
  });

  it('may take longer than a request may; others may not, also on the same connection afterwards', async () => {
    const env = { HTTP_REQUEST_TIMEOUT_MS: '1000', HTTP_HEADERS_TIMEOUT_MS: '1000' };
    const { url, connection } = await begin({ env });
    await connection.send(head(url), HALF);
    for (let other = 0; other < 2; other += 1) {
      const slow = connected();
      await slow.send('POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
      expect(await slow.closed()).toContain('CLIENT_TOO_SLOW');
    }
    expect(connection.received).toBe('');
    await connection.send(REST);
    await connection.until('200 OK');
    await connection.send('POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
    expect(await connection.closed()).toContain('CLIENT_TOO_SLOW');
  }, 20_000);

  it('finishes while the server stops', async () => {
    const { disk, firstWrite } = watchedDisk();
    const { url, connection } = await begin({ disk });
    await connection.send(head(url), HALF);
    await firstWrite;
    const stopped = served.server.close(60_000);
    await connection.send(REST);
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 OK/);
    await stopped;
    expect(await served.store.describe(objectId)).toMatchObject({ sha256 });
  });
});
