import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ForeignState, openStateFile } from '../../../../scripts/save-sync/state-file.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const temporaryFolder = temporaryFolders();
const OURS = { service: 'http://service', user_id: 'user', game_id: 'game', slot: 'slot-1', device_id: 'device' };

describe('the state file', () => {
  it('knows nothing at first, and what was written ever after', async () => {
    const file = path.join(temporaryFolder(), 'deep', 'state.json');
    const first = await openStateFile(file, OURS);
    expect(first.state).toMatchObject({ base_version: null, synchronised_sha256: null, upload: null });
    await first.write({ base_version: 7, synchronised_sha256: 'hash' });
    expect(first.state.base_version).toBe(7);
    const { state } = await openStateFile(file, OURS);
    expect(state).toEqual(first.state);
  });

  it('chooses a device id when none is given, and keeps it', async () => {
    const file = path.join(temporaryFolder(), 'state.json');
    const { device_id } = (await openStateFile(file, { ...OURS, device_id: null })).state.belongs_to;
    expect((await openStateFile(file, { ...OURS, device_id: null })).state.belongs_to.device_id).toBe(device_id);
  });

  it.each(['service', 'user_id', 'game_id', 'slot', 'device_id'] as const)(
    'refuses to be taken for that of another %s: its version numbers mean nothing there',
    async (member) => {
      const file = path.join(temporaryFolder(), 'state.json');
      await openStateFile(file, OURS);
      await expect(openStateFile(file, { ...OURS, [member]: 'another' })).rejects.toThrow(ForeignState);
    },
  );

  it('keeps the old content, in memory too, when the new one cannot be written', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'state.json');
    const store = await openStateFile(file, OURS);
    await store.write({ base_version: 1 });
    mkdirSync(`${file}.${process.pid}.draft`);
    await expect(store.write({ base_version: 2 })).rejects.toThrow();
    expect(store.state.base_version).toBe(1);
    expect(readFileSync(file, 'utf8')).toContain('"base_version": 1');
  });

  it('leaves nothing but itself behind', async () => {
    const folder = temporaryFolder();
    const store = await openStateFile(path.join(folder, 'state.json'), OURS);
    await store.write({ base_version: 1 });
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('says which file cannot be read', async () => {
    const file = path.join(temporaryFolder(), 'state.json');
    writeFileSync(file, '{"belongs_to"');
    await expect(openStateFile(file, OURS)).rejects.toThrow(`${file} cannot be read`);
  });
});
