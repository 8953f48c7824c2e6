import type {
  ConfirmUploadReply,
  DownloadUrlReply,
  ResolveBody,
  ResolveReply,
  UploadUrlBody,
  UploadUrlReply,
} from '../../lib/contract/savegame-transfers.ts';
import type { SaveSlot, SaveSlotPage, SaveVersion, SyncSettings, SyncStatus } from '../../lib/contract/savegames.ts';
import { RequestFailed, type LibraryClient } from '../client/library-client.ts';
import { retried, type RetryRules } from './retry.ts';
import type { Belonging } from './state-file.ts';

/** The requests about one slot. Each may be sent again without harm, and is while the reasons for failing pass. */
export class SaveService {
  readonly place: Pick<Belonging, 'game_id' | 'slot' | 'device_id'>;
  readonly #client: Pick<LibraryClient, 'send'>;
  readonly #rules: RetryRules;

  constructor(client: Pick<LibraryClient, 'send'>, { game_id, slot, device_id }: Belonging, rules: RetryRules) {
    this.#client = client;
    this.#rules = rules;
    this.place = { game_id, slot, device_id };
  }

  #send<Reply>(method: string, path: string, body?: object): Promise<Reply> {
    return retried(() => this.#client.send<Reply>(method, `/savegames${path}`, body), this.#rules);
  }

  settings(): Promise<SyncSettings> {
    return this.#send('GET', `/sync-settings?game_id=${this.place.game_id}`);
  }

  /** What this device does itself is left out. */
  status(): Promise<SyncStatus> {
    return this.#send('GET', `/sync-status?game_id=${this.place.game_id}&device_id=${this.place.device_id}`);
  }

  /** All slots of the game, not the deleted ones. */
  slots(): Promise<readonly SaveSlot[]> {
    return this.#all<SaveSlot>('', { game_id: this.place.game_id });
  }

  /** The slot, a deleted one too; null: there never was one, or it is gone for good. */
  async slot(): Promise<SaveSlot | null> {
    const { game_id, slot } = this.place;
    for (const deleted of [false, true]) {
      const query = `?game_id=${game_id}&slot=${slot}&deleted=${deleted}`;
      const { items } = await this.#send<SaveSlotPage>('GET', query);
      if (items[0] !== undefined) return items[0];
    }
    return null;
  }

  /** The kept versions of the slot, latest first; none when there is no slot. */
  async versions(): Promise<readonly SaveVersion[]> {
    const { game_id, slot } = this.place;
    try {
      return await this.#all<SaveVersion>(`/${game_id}/${slot}/versions`, {});
    } catch (error) {
      if (error instanceof RequestFailed && error.code === 'NOT_FOUND') return [];
      throw error;
    }
  }

  async #all<Item>(path: string, query: Readonly<Record<string, string>>): Promise<readonly Item[]> {
    const all: Item[] = [];
    const search = new URLSearchParams({ ...query, limit: '200' });
    for (;;) {
      const page = await this.#send<{ items: Item[]; next_cursor: string | null }>(
        'GET',
        `${path}?${search.toString()}`,
      );
      all.push(...page.items);
      if (page.next_cursor === null) return all;
      search.set('cursor', page.next_cursor);
    }
  }

  announce(save: Omit<UploadUrlBody, 'game_id' | 'slot' | 'device_id'>): Promise<UploadUrlReply> {
    return this.#send('POST', '/upload-url', { ...this.place, ...save });
  }

  confirm(uploadId: string): Promise<ConfirmUploadReply> {
    return this.#send('POST', '/confirm-upload', { upload_id: uploadId });
  }

  async cancel(uploadId: string): Promise<void> {
    try {
      await this.#send('DELETE', `/uploads/${uploadId}`);
    } catch (error) {
      if (!(error instanceof RequestFailed && error.code === 'NOT_FOUND')) throw error;
    }
  }

  downloadUrl(version: number): Promise<DownloadUrlReply> {
    const { game_id, slot } = this.place;
    return this.#send('POST', '/download-url', { game_id, slot, version });
  }

  /** The same decision again is answered as the first time, and changes nothing. */
  resolve(decision: Pick<ResolveBody, 'side_version' | 'keep' | 'head_version'>): Promise<ResolveReply> {
    return this.#send('POST', '/resolve', { ...this.place, ...decision });
  }
}
