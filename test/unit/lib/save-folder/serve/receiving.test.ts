import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../../../lib/ports/clock.ts';
import { RECEIVER_IDLE_MS } from '../../../../../lib/save-folder/serve/give-save.ts';
import { headOf, RawConnection } from '../../../../raw-connection.ts';
import { serveSaveFolder, type ServedFolder } from '../../../../served-save-folder.ts';
import { VirtualTime } from '../../../../simulation/virtual-time.ts';

/** More than what lies in the buffers between the two ends of a connection. */
const LARGE = 48 * 1024 * 1024;

describe('a save file that is being received', () => {
  let served: ServedFolder;
  let time: VirtualTime;

  beforeEach(async () => {
    time = new VirtualTime(1_790_000_000_000);
    const clock: Clock = { now: () => time.now, after: (ms, run) => time.after(ms, run) };
    served = await serveSaveFolder({ clock });
  });
  afterEach(() => served.dispose());

  async function stored(size: number): Promise<{ objectId: string; bytes: Buffer; sha256: string; url: string }> {
    const objectId = randomUUID();
    const bytes = randomBytes(size);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const validity = { forMs: 3_600_000, origin: served.origin };
    const put = await served.store.signPut({ objectId, sizeBytes: size, sha256 }, validity);
    expect((await fetch(put.url, { method: 'PUT', body: new Blob([bytes]) })).status).toBe(200);
    served.answered.length = 0;
    const { url } = await served.store.signGet(objectId, 'slot-1', validity);
    return { objectId, bytes, sha256, url };
  }

  it('is never sniffed, cached, framed or run, and says what it is', async () => {
    const { url, sha256, bytes } = await stored(1000);
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '1000',
      'content-disposition': `attachment; filename="slot-1"; filename*=UTF-8''slot-1`,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
    });
    await served.store.close();
    expect(served.answered).toEqual([{ operation: 'getSaveFile', status: 200 }]);
  });

  it('shows the same head without its bytes to HEAD', async () => {
    const { url, sha256 } = await stored(1000);
    const answer = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=10-19' } });
    expect([answer.status, await answer.text()]).toEqual([206, '']);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(answer.headers.get('etag')).toBe(`"${sha256}"`);
  });

  it('is not sent again to whom has it', async () => {
    const { url, sha256 } = await stored(1000);
    const headers = { 'if-none-match': `"${sha256}"` };
    const answer = await fetch(url, { headers, cache: 'no-store' });
    expect([answer.status, await answer.text()]).toEqual([304, '']);
  });

  it('is sent from where it broke off when it is still the same, and whole when it is not', async () => {
    const { url, sha256, bytes } = await stored(1000);
    const same = await fetch(url, { headers: { range: 'bytes=600-', 'if-range': `"${sha256}"` } });
    expect(same.status).toBe(206);
    expect(Buffer.from(await same.arrayBuffer()).equals(bytes.subarray(600))).toBe(true);
    const other = await fetch(url, { headers: { range: 'bytes=600-', 'if-range': '"another"' } });
    expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 1000]);
  });

  it('tells how long it is when a range lies behind its end', async () => {
    const { url } = await stored(1000);
    const answer = await fetch(url, { headers: { range: 'bytes=1000-' } });
    expect(answer.headers.get('content-range')).toBe('bytes */1000');
    expect(await answer.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE', size_bytes: 1000 });
  });

  it('takes GET, HEAD and PUT, and says so', async () => {
    const { url } = await stored(10);
    const answer = await fetch(url, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'PUT, GET, HEAD']);
  });

  it('ends when its receiver takes nothing for too long', async () => {
    const { url } = await stored(LARGE);
    const connection = new RawConnection(served.origin);
    await connection.send(headOf('GET', url));
    await connection.until('\r\n\r\n');
    connection.pause();
    for (let round = 0; round < 10_000 && served.answered.length === 0; round += 1) {
      // What is still on its way to the buffers between us may move meanwhile.
      await time.advance(RECEIVER_IDLE_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served.answered).toEqual([{ operation: 'getSaveFile', status: 200 }]);
    expect(connection.received.length).toBeLessThan(LARGE);
    connection.die();
  });

  it('is cut, never taken for whole, when the disk has less than it should', async () => {
    const size = 2_000_000;
    const { url, objectId } = await stored(size);
    const object = path.join(served.directory, 'objects', objectId.slice(0, 2), objectId);
    await truncate(path.join(object, (await readdir(object))[0] ?? ''), size - 1);
    const answer = await fetch(url);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    expect(served.logged).toEqual(['save file not transferred']);
    expect(served.answered).toEqual([{ operation: 'getSaveFile', status: 500 }]);
  });
});
