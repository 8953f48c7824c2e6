import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { LaggingClock, Launcher, expectRefused, newSave, saveOf } from './save-store.fixtures.ts';
import type { OpenSaveStore } from './save-store.fixtures.ts';

const MiB = 1024 * 1024;

/** V1 and V2 of a PUT. */
export function writingSuite(open: OpenSaveStore): void {
  let clock: LaggingClock;
  let launcher: Launcher;
  beforeEach(async () => {
    clock = new LaggingClock();
    launcher = new Launcher(await open(clock));
  });
  afterEach(() => launcher.bench.dispose());

  it.each([0, 1, 70_000, 3 * MiB + 1])('takes %i bytes, and gives them back', async (size) => {
    const save = newSave(size);
    await launcher.put(save);
    await launcher.expectHolds(save);
  });

  it('takes the same bytes again under the same request: a launcher may try again', async () => {
    const save = newSave(1000);
    const signed = await launcher.signPut(save);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await launcher.send(signed, save.bytes)).toMatchObject({ status: 200 });
    }
    await launcher.expectHolds(save);
  });

  it('says until when a request is good, and never promises longer than was asked for', async () => {
    const before = clock.now();
    const { expiresAt, method, url } = await launcher.signPut(newSave(1));
    expect(expiresAt).toBeLessThanOrEqual(clock.now() + 60_000);
    // Stores may count in whole seconds.
    expect(expiresAt).toBeGreaterThan(before + 60_000 - 1000);
    expect(method).toBe('PUT');
    expect(URL.canParse(url)).toBe(true);
  });

  it('refuses fewer or more bytes than were announced, and keeps what was there', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const signed = await launcher.signPut(newSave(500, save.objectId));
    for (const size of [0, 499, 501, 5000]) expectRefused(await launcher.send(signed, randomBytes(size)));
    await launcher.expectHolds(save);
  });

  it('refuses bytes whose number nobody tells', async () => {
    const save = newSave(1000);
    const signed = await launcher.signPut(save);
    expectRefused(await launcher.bench.wire.sendWithoutLength({ ...signed, body: save.bytes }));
    await launcher.expectNothing(save.objectId);
  });

  it('refuses other bytes of the announced number, and keeps what was there', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const other = newSave(2 * MiB, save.objectId);
    const damaged = Buffer.from(other.bytes);
    damaged.writeUInt8(damaged.readUInt8(MiB) ^ 1, MiB);
    expectRefused(await launcher.send(await launcher.signPut(other), damaged));
    await launcher.expectHolds(save);
  });

  it('refuses a request without one of its headers, or with another value of one', async () => {
    const save = newSave(1000);
    const signed = await launcher.signPut(save);
    for (const name of Object.keys(signed.headers)) {
      const others = Object.fromEntries(Object.entries(signed.headers).filter(([other]) => other !== name));
      expectRefused(await launcher.send({ ...signed, headers: others }, save.bytes));
      const changed = { ...others, [name]: saveOf(randomBytes(8)).sha256 };
      expectRefused(await launcher.send({ ...signed, headers: changed }, save.bytes));
    }
    await launcher.expectNothing(save.objectId);
  });

  it('refuses other bytes under the headers of another announcement', async () => {
    const [save, other] = [newSave(1000), newSave(1000)];
    const { url, method, expiresAt } = await launcher.signPut(save);
    const { headers } = await launcher.signPut(other);
    expectRefused(await launcher.send({ url, method, expiresAt, headers }, other.bytes));
    await launcher.expectNothing(save.objectId);
  });

  it('refuses a request that expired, and takes one that is about to', async () => {
    const save = newSave(1000);
    clock.lagMs = 61_000;
    const expired = await launcher.signPut(save);
    clock.lagMs = 40_000;
    const good = await launcher.signPut(save);
    clock.lagMs = 0;
    expectRefused(await launcher.send(expired, save.bytes));
    await launcher.expectNothing(save.objectId);
    expect(await launcher.send(good, save.bytes)).toMatchObject({ status: 200 });
    await launcher.expectHolds(save);
  });

  it('refuses to do another thing than what was signed, or that with another object', async () => {
    const [save, other] = [newSave(1000), newSave(1000)];
    await launcher.put(other);
    const signed = await launcher.signPut(save);
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      const body = method === 'POST' ? save.bytes : null;
      expectRefused(await launcher.bench.wire.send({ ...signed, method, body }));
    }
    const elsewhere = signed.url.replace(save.objectId, other.objectId);
    expect(elsewhere).not.toBe(signed.url);
    expectRefused(await launcher.send({ ...signed, url: elsewhere }, save.bytes));
    await launcher.expectNothing(save.objectId);
    await launcher.expectHolds(other);
  });

  it('has nothing of an object whose sender died midway', async () => {
    const save = newSave(2 * MiB);
    const signed = await launcher.signPut(save);
    await launcher.bench.wire.dieMidway({ ...signed, body: save.bytes }, MiB);
    await launcher.expectNothing(save.objectId);
    expect(await launcher.bench.store.list(null, 10)).toEqual([]);
    expect(await launcher.send(signed, save.bytes)).toMatchObject({ status: 200 });
    await launcher.expectHolds(save);
  });

  it('keeps what was there when the sender of another content dies midway', async () => {
    const save = newSave(1000);
    await launcher.put(save);
    const other = newSave(2 * MiB, save.objectId);
    await launcher.bench.wire.dieMidway({ ...(await launcher.signPut(other)), body: other.bytes }, MiB);
    await launcher.expectHolds(save);
  });

  it('holds one of two contents that are put at once, whole', async () => {
    const one = newSave(2 * MiB);
    const other = newSave(2 * MiB + 7, one.objectId);
    await Promise.all([launcher.put(one), launcher.put(other)]);
    const found = await launcher.bench.store.describe(one.objectId);
    await launcher.expectHolds(found?.sha256 === one.sha256 ? one : other);
  });
}
