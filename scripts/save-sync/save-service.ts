import type {
  ConfirmUploadReply,
  DownloadUrlReply,
  ResolveBody,
  ResolveReply,
  UploadUrlBody,
  UploadUrlReply,
} from '../../lib/contract/savegame-transfers.ts';
import type {
  SaveSlot,
  SaveSlotPage,
  SaveVersion,
  SaveVersionPage,
  SyncSettings,
  SyncStatus,
} from '../../lib/contract/savegames.ts';
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

  /** Whether the game is being played on this device; false when the service cannot tell. */
  async playedHere(): Promise<boolean> {
    const { other_devices } = await this.#send<SyncStatus>('GET', `/sync-status?game_id=${this.place.game_id}`);
    return (other_devices.live_sessions ?? []).some(({ device_id }) => device_id === this.place.device_id);
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
    const all: SaveVersion[] = [];
    const search = new URLSearchParams({ limit: '200' });
    try {
      for (;;) {
        const path = `/${game_id}/${slot}/versions?${search.toString()}`;
        const page = await this.#send<SaveVersionPage>('GET', path);
        all.push(...page.items);
        if (page.next_cursor === null) return all;
        search.set('cursor', page.next_cursor);
      }
    } catch (error) {
      if (error instanceof RequestFailed && error.code === 'NOT_FOUND') return [];
      throw error;
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
