import { useEffect, useId, useState } from 'preact/hooks';
import { inBackground } from '../../common/background.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { Copyable } from '../../common/ui/copyable.tsx';
import type { UploadUrlBody } from '../../../lib/contract/savegame-transfers.ts';
import { ShowCall } from '../calls/shown.tsx';
import { announceCall, confirmCall, downloadCall } from './calls.ts';
import { head, readCloud, slot } from './cloud.ts';
import { bringInStep, deviceWords, stateOf, type Device, type LocalSave } from './devices.ts';
import { bytesOf, sha256Of, signedLine, upload, type Conflict } from './transfer.ts';
import { say } from './words.ts';

/** What came of the last thing that was done here. */
interface Outcome {
  readonly kind: 'good' | 'plain' | 'bad';
  readonly text: string;
  readonly conflict?: Conflict;
}

interface Place {
  readonly device: Device;
  readonly gameId: string;
  readonly slotName: string;
}

/** One device: what its game would save, and how that stands to the cloud. */
export function DevicePane({ device, gameId, slotName }: Place) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useId();
  const save = stateOf(device, gameId, slotName);
  const { text, base, baseText } = save.local.value;

  async function act(doing: () => Promise<Outcome>): Promise<void> {
    setBusy(true);
    setOutcome(null);
    setOutcome(await doing().catch((error: unknown) => ({ kind: 'bad' as const, text: wordsOf(error) })));
    setBusy(false);
  }
  const store = (as: 'head' | 'side'): Promise<void> => act(() => stored({ device, gameId, slotName }, save, as));
  const load = (): Promise<void> =>
    act(async () => {
      const version = head.value?.version ?? 0;
      await bringInStep(device, gameId, slotName, version);
      return { kind: 'good', text: say('loaded', { version }) };
    });

  return (
    <section class="card" aria-labelledby={heading}>
      <div class="row spread">
        <h3 id={heading}>{say(`device_${device.name}`)}</h3>
        {base !== null && text !== baseText && <span class="tag warn">{say('changed')}</span>}
      </div>
      <label class="field">
        {say('text')}
        <textarea
          class="mono"
          rows={5}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => save.write(currentTarget.value)}
        />
      </label>
      <p class="soft">
        {base === null ? say('base_none') : say('base', { version: base })} <Standing base={base} />
      </p>
      <div class="row">
        <button type="button" class="main" disabled={busy} onClick={() => void store('head')}>
          {say('upload')}
        </button>
        <button type="button" disabled={busy || head.value === null} onClick={() => void load()}>
          {say('download')}
        </button>
      </div>
      <div aria-live="polite">
        {busy && <p class="soft">{say('saving')}</p>}
        {outcome !== null && <p class={outcome.kind}>{outcome.text}</p>}
        {outcome?.conflict !== undefined && (
          <div class="row">
            <span>{say('nothing_lost')}</span>
            <button type="button" disabled={busy} onClick={() => void store('side')}>
              {say('keep_beside')}
            </button>
          </div>
        )}
      </div>
      <Calls device={device} gameId={gameId} slotName={slotName} text={text} base={base} />
    </section>
  );
}

function Standing({ base }: { base: number | null }) {
  const current = head.value;
  if (current === null) return <>{base !== null && typeof slot.value?.deleted_at === 'string' ? say('gone') : ''}</>;
  if (current.version === base) return <>{say('in_step')}</>;
  return (
    <strong class="warn">{say('behind', { version: current.version, device: deviceWords(current.device_id) })}</strong>
  );
}

async function announcement(place: Place, text: string, base: number | null): Promise<UploadUrlBody> {
  const bytes = bytesOf(text);
  return {
    game_id: place.gameId,
    slot: place.slotName,
    device_id: place.device.id,
    size_bytes: bytes.length,
    sha256: await sha256Of(bytes),
    base_version: base,
  };
}

async function stored(place: Place, save: LocalSave, as: 'head' | 'side'): Promise<Outcome> {
  const { text, base } = save.local.value;
  const body = await announcement(place, text, base);
  const uploaded = await upload({ ...body, as, client_saved_at: new Date().toISOString() }, text);
  if (uploaded.became === 'refused') {
    await readCloud();
    const { reason, cloud } = uploaded.conflict;
    const from = cloud === null ? {} : { version: cloud.version, device: deviceWords(cloud.device_id) };
    return { kind: 'bad', text: say(`refused_${reason}`, from), conflict: uploaded.conflict };
  }
  const { became, version } = uploaded;
  if (became !== 'side') save.synchronised(version, text);
  await readCloud();
  if (became === 'side') return { kind: 'plain', text: say('kept_beside', { version }) };
  return { kind: 'good', text: became === 'head' ? say('saved', { version }) : say('unchanged') };
}

/** What the button does, step by step. */
function Calls({ text, base, ...place }: Place & { text: string; base: number | null }) {
  const [body, setBody] = useState<UploadUrlBody | null>(null);
  useEffect(() => {
    let current = true;
    inBackground(announcement(place, text, base).then((made) => current && setBody(made)));
    return () => {
      current = false;
    };
  }, [place.gameId, place.slotName, text, base]);
  if (body === null) return null;
  return (
    <div class="calls">
      <ShowCall call={announceCall(body)} title={say('call_announce')} />
      <details class="call">
        <summary>
          <span aria-hidden="true">{'</>'}</span> {say('call_put')}
        </summary>
        <p class="soft">{say('signed')}</p>
        <Copyable text={signedLine('PUT', '$URL', {}, text).replace("'$URL'", '"$URL"')} label="curl" />
      </details>
      <ShowCall call={confirmCall('$UPLOAD_ID')} title={say('call_confirm')} />
      <ShowCall call={downloadCall(place.gameId, place.slotName)} title={say('call_download')} />
    </div>
  );
}
