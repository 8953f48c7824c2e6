import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeCloud, type FakeCloud, type Fault } from './fake-cloud.ts';
import { FakeDevice } from './fake-device.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const MIB = 1024 * 1024;
const temporaryFolder = temporaryFolders();

describe('the transfer of a save', () => {
  let cloud: FakeCloud;
  let root: string;
  let device: FakeDevice;
  let other: FakeDevice;

  beforeEach(async () => {
    cloud = await fakeCloud();
    root = temporaryFolder();
    device = new FakeDevice({ url: cloud.url, root, name: 'device' });
    other = new FakeDevice({ url: cloud.url, root, name: 'other' });
  });
  afterEach(() => cloud.close());

  /** The n-th request of this kind goes wrong, from 1 on. */
  const faultAt = (kind: string, fault: Fault, nth = 1): void => {
    let count = 0;
    cloud.fault = (request) => (request.startsWith(kind) && (count += 1) === nth ? fault : null);
  };
  const count = (kind: string): number => cloud.requests.filter((request) => request.startsWith(kind)).length;

  it('brings a folder to another device', async () => {
    device.write({ 'a.sav': 'one', 'deep/b.sav': 'two' });
    expect(await device.sync()).toBe('in-step');
    expect(await other.sync()).toBe('in-step');
    expect(other.files).toEqual(device.files);
    expect(cloud.requests.filter((request) => request.startsWith('PUT'))).toEqual(['PUT /store']);
  });

  it('asks one question when nothing changed', async () => {
    device.write({ 'a.sav': 'one' });
    await device.sync();
    cloud.requests.length = 0;
    await device.sync();
    expect(cloud.requests).toEqual(['GET /savegames']);
    // Nothing but what has to be remembered is left on the disk.
    expect(readdirSync(path.join(root, 'device/state'))).toEqual(['state.json']);
  });

  it.each<[string, Fault]>([
    ['GET /savegames', 'lost'],
    ['GET /savegames', 'busy'],
    ['POST /savegames/upload-url', 'answer lost'],
    ['POST /savegames/upload-url', 'busy'],
    ['PUT /store', 'lost'],
    ['PUT /store', 'busy'],
    ['PUT /store', 'cut'],
    ['PUT /store', 'refused'],
    ['PUT /store', 'answer lost'],
    ['POST /savegames/confirm-upload', 'lost'],
    ['POST /savegames/confirm-upload', 'busy'],
    ['POST /savegames/confirm-upload', 'answer lost'],
  ])('outlives %s: %s', async (kind, fault) => {
    device.write({ 'a.sav': 'one' });
    faultAt(kind, fault);
    expect(await device.sync()).toBe('in-step');
    expect(cloud.slots.versions('slot')).toHaveLength(1);
    expect(device.state).toMatchObject({ base_version: 1, upload: null });
    expect(device.pauses).toEqual(fault === 'busy' && !kind.startsWith('PUT') ? [7_000] : []);
  });

  it('asks for a fresh URL when the one it has expired', async () => {
    device.write({ 'a.sav': 'one' });
    faultAt('PUT', 'refused');
    await device.sync();
    expect(count('POST /savegames/upload-url')).toBe(2);
    expect(count('PUT')).toBe(2);
  });

  it('does not try for ever, and leaves what is needed to go on', async () => {
    device.write({ 'a.sav': 'one' });
    cloud.fault = (request) => (request.startsWith('PUT') ? 'busy' : null);
    await expect(device.sync()).rejects.toThrow('the store answered 503');
    cloud.fault = () => null;
    const [upload] = cloud.slots.uploads.values();
    expect(device.state?.upload?.upload_id).toBe(upload?.id);
    expect(await device.sync()).toBe('in-step');
  });

  it('sends a large save in parts, and after a crash only those that are missing', async () => {
    const hasty = new FakeDevice({ url: cloud.url, root, name: 'device', retries: 0 });
    hasty.write({ 'big.sav': randomBytes(70 * MIB) });
    faultAt('PUT', 'cut', 3);
    await expect(hasty.sync()).rejects.toThrow('broke');
    expect(cloud.requests.filter((request) => request.startsWith('PUT'))).toEqual(
      [1, 2, 3].map((part) => `PUT /store ${part}`),
    );
    cloud.requests.length = 0;
    expect(await hasty.sync()).toBe('in-step');
    expect(cloud.requests.filter((request) => request.startsWith('PUT'))).toEqual(
      [3, 4, 5].map((part) => `PUT /store ${part}`),
    );
    expect(await other.sync()).toBe('in-step');
    const [one, two] = [hasty, other].map(({ folder }) => readFileSync(path.join(folder, 'big.sav')));
    expect(one!.equals(two!)).toBe(true);
  }, 60_000);

  it('fetches only the rest of a download that broke', async () => {
    device.write({ 'a.sav': randomBytes(MIB) });
    await device.sync();
    faultAt('GET /store', 'cut');
    expect(await other.sync()).toBe('in-step');
    expect(cloud.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(other.files).toEqual(device.files);
    expect(readdirSync(path.join(root, 'other/state'))).not.toContainEqual(expect.stringMatching('incoming-'));
  });

  it('begins anew when what it kept of a download is damaged', async () => {
    device.write({ 'a.sav': 'one' });
    await device.sync();
    const partial = path.join(root, 'other/state', `incoming-${device.state?.synchronised_sha256}`);
    mkdirSync(path.dirname(partial), { recursive: true });
    writeFileSync(partial, 'damaged');
    expect(await other.sync()).toBe('in-step');
    expect(count('GET /store')).toBe(2);
    expect(other.files).toEqual(device.files);
  });

  it('replaces nothing by what does not have its checksum', async () => {
    device.write({ 'a.sav': 'one' });
    await device.sync();
    await other.sync();
    device.write({ 'a.sav': 'two' });
    await device.sync();
    cloud.fault = (request) => (request.startsWith('GET /store') ? 'damaged' : null);
    await expect(other.sync()).rejects.toThrow('its checksum is');
    expect(count('GET /store')).toBe(2);
    expect(other.files).toEqual({ 'a.sav': 'one' });
  });

  it('puts nothing in place under a game that is being played', async () => {
    device.write({ 'a.sav': 'one' });
    await device.sync();
    other.playing = true;
    await expect(other.sync()).rejects.toThrow('the game is being played here: version 1 of the cloud waits');
    other.write({ 'b.sav': 'played' });
    await expect(other.sync(() => Promise.resolve('cloud'))).rejects.toThrow('waits until it ends');
    expect(other.files).toEqual({ 'b.sav': 'played' });
    other.playing = false;
    expect(await other.sync()).toBe('in-step');
    expect(other.files).toEqual({ 'a.sav': 'one' });
  });

  it('gives up an upload of what is not here any more', async () => {
    const hasty = new FakeDevice({ url: cloud.url, root, name: 'device', retries: 0 });
    hasty.write({ 'a.sav': 'one' });
    await hasty.sync();
    hasty.write({ 'a.sav': 'two' });
    faultAt('PUT', 'cut');
    await expect(hasty.sync()).rejects.toThrow('broke');
    hasty.write({ 'a.sav': 'one' });
    expect(await hasty.sync()).toBe('in-step');
    expect(cloud.slots.uploads.size).toBe(0);
    expect(hasty.state?.upload).toBeNull();
  });

  it('knows its own save again when the answer to its confirmation was lost, and play went on', async () => {
    const hasty = new FakeDevice({ url: cloud.url, root, name: 'device', retries: 0 });
    hasty.write({ 'a.sav': 'one' });
    faultAt('POST /savegames/confirm-upload', 'answer lost');
    await expect(hasty.sync()).rejects.toThrow('NO_ANSWER');
    hasty.write({ 'a.sav': 'two' });
    expect(await hasty.sync()).toBe('in-step');
    expect(cloud.slots.versions('slot').map(({ base_version }) => base_version)).toEqual([1, null]);
  });
});
