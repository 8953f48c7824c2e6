import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { openSaveClient, type SaveClient } from '../../../../scripts/save-sync/client.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

describe('a client of a save', () => {
  const newFolder = temporaryFolders();
  let folder: string;
  let open: SaveClient[];
  beforeEach(() => {
    folder = newFolder();
    open = [];
  });
  afterEach(async () => {
    for (const client of open) await client.close();
  });

  const token = new UnsecuredJWT({}).setSubject('0198f2b4-0a00-7000-8000-000000000001').encode();
  async function openWith(save: string, state: string | null): Promise<SaveClient> {
    const client = await openSaveClient({
      url: 'http://127.0.0.1:9',
      token: () => token,
      game: '0198f2b4-0b00-7000-8000-000000000001',
      slot: 'slot-1',
      device: null,
      kind: 'folder',
      onConflict: null,
      besideGame: false,
      root: path.join(folder, save),
      state: state === null ? null : path.join(folder, state),
      signal: new AbortController().signal,
    });
    open.push(client);
    return client;
  }

  it('has the save to itself, wherever another one keeps what it knows', async () => {
    await openWith('save', null);
    await expect(openWith('save', null)).rejects.toThrow('another save-sync is at work on this save');
    await expect(openWith('save', 'elsewhere')).rejects.toThrow('another save-sync is at work on this save');
  });

  it('leaves nothing locked when it could not be opened', async () => {
    const first = await openWith('save', 'elsewhere');
    await expect(openWith('other save', 'elsewhere')).rejects.toThrow('another save-sync is at work');
    await first.close();
    open = [];
    await openWith('other save', null);
    await openWith('save', null);
  });
});
