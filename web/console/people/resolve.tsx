import type { SaveSlot, SaveVersion } from '../../../lib/contract/savegames.ts';
import type { ResolveBody } from '../../../lib/contract/savegame-transfers.ts';
import { bytes, moment } from '../../common/locale.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';

interface AskResolveProps {
  readonly userId: string;
  readonly slot: SaveSlot;
  /** The save that lost, and waits. */
  readonly side: SaveVersion;
  readonly onChanged: (action: string) => void;
  readonly onClose: () => void;
}

/** The device that decides: this page, for as long as it is open. */
const DEVICE_ID = crypto.randomUUID();

/** Both versions of a conflict side by side, and which of them shall be kept. */
export function AskResolve({ userId, slot, side, onChanged, onClose }: AskResolveProps) {
  async function act(form: FormData): Promise<void> {
    const body: ResolveBody = {
      game_id: slot.game_id,
      slot: slot.slot,
      side_version: side.version,
      head_version: slot.head?.version ?? null,
      keep: form.get('keep') as ResolveBody['keep'],
      device_id: DEVICE_ID,
    };
    await api.call({ method: 'POST', path: `/admin/users/${userId}/savegames/resolve`, body });
    onChanged('savegame.resolved');
  }
  return (
    <Ask title={say('resolve_title', { slot: slot.slot })} action={say('resolve')} onAct={act} onClose={onClose}>
      <div class="sides">
        <Side title={say('resolve_cloud')} version={slot.head} />
        <Side title={say('resolve_local')} version={side} />
      </div>
      <fieldset>
        <legend>{say('resolve_legend')}</legend>
        {(['cloud', 'local', 'both'] as const).map((keep) => (
          <label key={keep} class="choice">
            <input type="radio" name="keep" value={keep} required />
            <span>{say(`keep_${keep}`)}</span>
          </label>
        ))}
      </fieldset>
      <p class="soft">{say('resolve_words')}</p>
    </Ask>
  );
}

function Side({ title, version }: { title: string; version: SaveVersion | null }) {
  return (
    <section class="side" aria-label={title}>
      <h3>{title}</h3>
      {version === null ? (
        <p>{say('resolve_no_head')}</p>
      ) : (
        <dl>
          {(
            [
              [say('version'), String(version.version)],
              [say('version_at'), moment(version.created_at)],
              [say('version_saved'), version.client_saved_at === null ? '–' : moment(version.client_saved_at)],
              [say('size'), bytes(version.size_bytes)],
              [say('device'), version.device_id],
              ['SHA-256', version.sha256],
            ] as const
          ).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={name === 'SHA-256' || value === version.device_id ? 'mono' : ''}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
