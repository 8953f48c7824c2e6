import { useState } from 'preact/hooks';
import { bytes, moment } from '../../common/locale.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { complain } from '../../common/ui/notices.tsx';
import { Table } from '../../common/ui/table.tsx';
import type { SaveSlot, SaveVersion } from '../../../lib/contract/savegames.ts';
import { ShowCall } from '../calls/shown.tsx';
import { pinCall, removeSlotCall, removeVersionCall, restoreCall, versionsCall } from './calls.ts';
import { pin, removeSlot, removeVersion, restore, versions } from './cloud.ts';
import { Content } from './conflicts.tsx';
import { DEVICES, deviceWords } from './devices.ts';
import { say } from './words.ts';

const TONES = { head: 'good', past: 'soft', conflict: 'bad', settled: 'soft' } as const;

/** The kept versions of a slot. */
export function Versions({ slot }: { slot: SaveSlot }) {
  const [leaving, setLeaving] = useState<number | null>(null);
  const kept = versions.value;
  const [latest] = kept;
  return (
    <section class="card" aria-labelledby="versions">
      <div class="row spread">
        <h3 id="versions">{say('versions', { slot: slot.slot })}</h3>
        {slot.head !== null && (
          <button type="button" class="harm" onClick={() => void removeSlot(slot).catch(complain)}>
            {say('delete_slot')}
          </button>
        )}
      </div>
      {kept.length === 0 && <p class="soft">{say('no_versions')}</p>}
      {kept.length > 0 && (
        <Table
          caption={say('versions', { slot: slot.slot })}
          headings={[
            [say('version'), 'number'],
            say('state'),
            say('device'),
            say('at'),
            [say('size'), 'number'],
            say('actions'),
          ]}
        >
          {kept.map((version) => (
            <Row key={version.version} slot={slot} version={version} onRemove={setLeaving} />
          ))}
        </Table>
      )}
      <div class="calls">
        <ShowCall call={versionsCall(slot.game_id, slot.slot)} title={say('call_versions')} />
        {latest !== undefined && (
          <>
            <ShowCall call={restoreCall(slot, DEVICES[0].id, latest.version)} title={say('call_restore')} />
            <ShowCall call={pinCall(slot, latest)} title={say('call_pin')} />
          </>
        )}
        <ShowCall call={removeSlotCall(slot)} title={say('call_delete')} />
      </div>
      {leaving !== null && (
        <Ask
          harm
          title={say('remove_version', { version: leaving })}
          action={say('remove')}
          onAct={() => removeVersion(slot, leaving)}
          onClose={() => setLeaving(null)}
        >
          <p>{say('remove_does')}</p>
          <ShowCall call={removeVersionCall(slot, leaving)} />
        </Ask>
      )}
    </section>
  );
}

interface RowProps {
  readonly slot: SaveSlot;
  readonly version: SaveVersion;
  readonly onRemove: (version: number) => void;
}

function Row({ slot, version, onRemove }: RowProps) {
  const [shown, setShown] = useState(false);
  const { version: number, state, pinned, available } = version;
  const named = (action: string): string => say('of_version', { action, version: number });
  const isHead = state === 'head';
  return (
    <tr>
      <td class="number">{number}</td>
      <td>
        <span class={`tag ${TONES[state]}`}>{say(`state_${state}`)}</span>{' '}
        {pinned && <span class="tag">{say('pinned')}</span>} <Remarks version={version} />
        {shown && <Content slot={slot} version={number} />}
      </td>
      <td>{deviceWords(version.device_id)}</td>
      <td>{moment(version.client_saved_at ?? version.created_at)}</td>
      <td class="number">{bytes(version.size_bytes)}</td>
      <td>
        <div class="row">
          <button
            type="button"
            aria-expanded={shown}
            aria-label={named(say('show'))}
            disabled={!available}
            onClick={() => setShown(!shown)}
          >
            {say(shown ? 'hide' : 'show')}
          </button>
          <button
            type="button"
            aria-label={named(say('restore'))}
            disabled={isHead || !available}
            onClick={() => void restore(slot, number).catch(complain)}
          >
            {say('restore')}
          </button>
          <button
            type="button"
            aria-pressed={pinned}
            aria-label={named(say('pin'))}
            onClick={() => void pin(slot, version).catch(complain)}
          >
            {say(pinned ? 'unpin' : 'pin')}
          </button>
          <button
            type="button"
            class="harm"
            aria-label={named(say('remove'))}
            disabled={isHead}
            onClick={() => onRemove(number)}
          >
            {say('remove')}
          </button>
        </div>
      </td>
    </tr>
  );
}

function Remarks({ version: { origin, source_version, kept_until, available } }: { version: SaveVersion }) {
  const remarks = [
    ...(origin === 'upload' ? [] : [say(`origin_${origin}`, { version: source_version ?? 0 })]),
    ...(kept_until === null ? [] : [say('kept_until', { when: moment(kept_until) })]),
    ...(available ? [] : [say('lost')]),
  ];
  return <span class="soft">{remarks.join(' · ')}</span>;
}
