import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LaggingClock, Launcher, expectRefused, newSave } from './save-store.fixtures.ts';
import type { OpenSaveStore } from './save-store.fixtures.ts';

/** V1 of a GET. */
export function readingSuite(open: OpenSaveStore): void {
  let clock: LaggingClock;
  let launcher: Launcher;
  beforeEach(async () => {
    clock = new LaggingClock();
    launcher = new Launcher(await open(clock));
  });
  afterEach(() => launcher.bench.dispose());

  it('says 404 where nothing is', async () => {
    expect(await launcher.send(await launcher.signGet(randomUUID()))).toMatchObject({ status: 404 });
  });

  it('tells the size, and that ranges may be asked for', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const { status, headers } = await launcher.send(await launcher.signGet(save.objectId));
    expect({ status, length: headers['content-length'] }).toEqual({ status: 200, length: '1000' });
    expect(headers['accept-ranges']).toBe('bytes');
  });

  it.each([
    ['bytes=0-99', 0, 100],
    ['bytes=900-', 900, 1000],
    ['bytes=-10', 990, 1000],
    ['bytes=999-5000', 999, 1000],
  ])('gives the range %s', async (range, start, end) => {
    const save = newSave(1000);
    await launcher.put(save);
    const signed = await launcher.signGet(save.objectId);
    const reply = await launcher.send({ ...signed, headers: { ...signed.headers, range } });
    expect(reply.status).toBe(206);
    expect(reply.headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000`);
    expect(reply.body.equals(save.bytes.subarray(start, end))).toBe(true);
  });

  it('says 416 to a range beyond the end', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const signed = await launcher.signGet(save.objectId);
    const reply = await launcher.send({ ...signed, headers: { ...signed.headers, range: 'bytes=1000-' } });
    expect(reply.status).toBe(416);
  });

  it.each([['slot 1.sav'], ['Straße "Ведьмак" 3;%41.sav'], ['100%.dat']])(
    'names the file %s for a browser that saves it',
    async (name) => {
      const save = newSave(10);
      await launcher.put(save);
      const { status, headers } = await launcher.send(await launcher.signGet(save.objectId, name));
      expect(status).toBe(200);
      const disposition = String(headers['content-disposition']);
      expect(disposition).toMatch(/^attachment;/);
      const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
      expect(decodeURIComponent(encoded ?? '')).toBe(name);
    },
  );

  it('never lets a browser take a save for a page', async () => {
    const save = newSave(10);
    await launcher.put(save);
    const { headers } = await launcher.send(await launcher.signGet(save.objectId));
    expect(headers['content-type']).toBe('application/octet-stream');
  });

  it('refuses a request that expired', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    clock.lagMs = 61_000;
    const expired = await launcher.signGet(save.objectId);
    clock.lagMs = 0;
    expectRefused(await launcher.send(expired));
  });

  it('refuses to do another thing than what was signed, or that with another object', async () => {
    const [save, other] = [newSave(1000), newSave(1000)];
    await launcher.put(save);
    await launcher.put(other);
    const signed = await launcher.signGet(save.objectId);
    for (const method of ['PUT', 'DELETE']) {
      const body = method === 'PUT' ? other.bytes : null;
      expectRefused(await launcher.bench.wire.send({ ...signed, method, body }));
    }
    expectRefused(await launcher.send({ ...signed, url: signed.url.replace(save.objectId, other.objectId) }));
    await launcher.expectHolds(save);
    await launcher.expectHolds(other);
  });

  it('refuses a request of which the slightest thing was changed', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const signed = await launcher.signGet(save.objectId);
    const { searchParams } = new URL(signed.url);
    expect(searchParams.size).toBeGreaterThan(0);
    for (const [name, value] of searchParams) {
      const url = new URL(signed.url);
      url.searchParams.set(name, `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}`);
      expectRefused(await launcher.send({ ...signed, url: url.href }));
      url.searchParams.delete(name);
      expectRefused(await launcher.send({ ...signed, url: url.href }));
    }
  });
}
