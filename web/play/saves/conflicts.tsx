import { useEffect, useId, useState } from 'preact/hooks';
import { bytes, moment } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import { wordsOf } from '../../common/ui/dialog.tsx';
import type { SaveSlot, SaveVersion } from '../../../lib/contract/savegames.ts';
import { ShowCall } from '../calls/shown.tsx';
import { resolveCall } from './calls.ts';
import { resolve } from './cloud.ts';
import { deviceWords } from './devices.ts';
import { contentOf } from './transfer.ts';
import { say } from './words.ts';

/** Saves that lost, each beside the one in the cloud, to be decided about. */
export function Conflicts({ slot }: { slot: SaveSlot }) {
  return (
    <>
      {slot.conflicts.map((side) => (
        <Conflict key={side.version} slot={slot} side={side} />
      ))}
    </>
  );
}

function Conflict({ slot, side }: { slot: SaveSlot; side: SaveVersion }) {
  const [busy, setBusy] = useState(false);
  const heading = useId();
  const keeps = slot.head === null ? (['local', 'cloud'] as const) : (['local', 'cloud', 'both'] as const);
  async function decide(keep: (typeof keeps)[number]): Promise<void> {
    setBusy(true);
    await resolve(slot, side, keep).catch(complain);
    setBusy(false);
  }
  const sideWords = { version: side.version, device: deviceWords(side.device_id) };
  return (
    <section class="card conflict" aria-labelledby={heading}>
      <h3 id={heading}>
        <span aria-hidden="true">⚠ </span>
        {say('conflict')}
      </h3>
      <p class="soft">{say('conflict_does')}</p>
      <div class="sides">
        <Side title={say('conflict_local', sideWords)} slot={slot} version={side} />
        {slot.head === null ? (
          <p>{say('conflict_deleted')}</p>
        ) : (
          <Side
            title={say('conflict_cloud', { version: slot.head.version, device: deviceWords(slot.head.device_id) })}
            slot={slot}
            version={slot.head}
          />
        )}
      </div>
      <div class="row">
        {keeps.map((keep) => (
          <button key={keep} type="button" disabled={busy} onClick={() => void decide(keep)}>
            {keep === 'local' ? `${say('keep_local')} (${sideWords.device})` : say(`keep_${keep}`)}
          </button>
        ))}
        <ShowCall call={resolveCall(slot, side, 'local')} />
      </div>
    </section>
  );
}

function Side({ title, slot, version }: { title: string; slot: SaveSlot; version: SaveVersion }) {
  return (
    <div class="side">
      <h4>{title}</h4>
      <dl class="facts">
        <div>
          <dt class="soft">{say('at')}</dt>
          <dd>{moment(version.client_saved_at ?? version.created_at)}</dd>
        </div>
        <div>
          <dt class="soft">{say('size')}</dt>
          <dd class="figure">{bytes(version.size_bytes)}</dd>
        </div>
        <div>
          <dt class="soft">{say('hash')}</dt>
          <dd class="mono" title={version.sha256}>
            {version.sha256.slice(0, 12)}…
          </dd>
        </div>
      </dl>
      <Content slot={slot} version={version.version} />
    </div>
  );
}

/** The text of a version, fetched from the store when it is shown. */
export function Content({ slot: { game_id, slot }, version }: { slot: SaveSlot; version: number }) {
  const [text, setText] = useState('…');
  useEffect(() => {
    let current = true;
    contentOf(game_id, slot, version)
      .catch(wordsOf)
      .then((content) => current && setText(content))
      .catch(complain);
    return () => {
      current = false;
    };
  }, [game_id, slot, version]);
  return (
    <pre class="code" tabIndex={0} aria-label={`${say('content')} ${version}`}>
      {text}
    </pre>
  );
}
