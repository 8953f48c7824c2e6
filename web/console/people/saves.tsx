import { useState } from 'preact/hooks';
import type { SaveQuota, SaveSlot, SaveVersion } from '../../../lib/contract/savegames.ts';
import { bytes, moment } from '../../common/locale.ts';
import { Table } from '../../common/ui/table.tsx';
import { Facts } from '../parts/facts.tsx';
import { Id } from '../parts/id.tsx';
import { Shown, useLoaded } from '../parts/loaded.tsx';
import { Listed, read, usePages } from '../parts/pages.tsx';
import { say } from '../words.ts';
import { AskResolve } from './resolve.tsx';
import { Game, useTitles } from './titles.tsx';
import type { RoomProps } from './user.tsx';

/** What a user has saved. */
export function Saves({ userId, onChanged }: RoomProps) {
  useTitles(userId);
  const [deleted, setDeleted] = useState(false);
  const path = `/admin/users/${userId}/savegames`;
  const slots = usePages<SaveSlot>(path, deleted ? { deleted } : {});
  const quota = useLoaded(path, () => read<SaveQuota>(`${path}/quota`));
  const [deciding, setDeciding] = useState<{ slot: SaveSlot; side: SaveVersion } | null>(null);
  return (
    <section class="card" aria-labelledby="saves">
      <div class="row spread">
        <h2 id="saves">{say('room_saves')}</h2>
        <label class="choice">
          <input type="checkbox" checked={deleted} onChange={(event) => setDeleted(event.currentTarget.checked)} />
          {say('saves_deleted')}
        </label>
      </div>
      <Shown of={quota}>{(of) => <Quota quota={of} />}</Shown>
      <Listed of={slots} none={say('saves_none')}>
        {(items) =>
          items.map((slot) => (
            <Slot
              key={`${slot.game_id} ${slot.slot}`}
              path={path}
              slot={slot}
              onDecide={(side) => setDeciding({ slot, side })}
            />
          ))
        }
      </Listed>
      {deciding !== null && (
        <AskResolve userId={userId} {...deciding} onChanged={onChanged} onClose={() => setDeciding(null)} />
      )}
    </section>
  );
}

function Quota({ quota }: { quota: SaveQuota }) {
  return (
    <>
      <meter
        min={0}
        max={quota.quota_bytes}
        value={quota.stored_bytes + quota.reserved_bytes}
        aria-label={say('quota')}
      />
      <Facts
        of={[
          [say('quota_stored'), bytes(quota.stored_bytes)],
          [say('quota_reserved'), bytes(quota.reserved_bytes)],
          [say('quota_left'), bytes(quota.available_bytes)],
          [say('quota'), bytes(quota.quota_bytes)],
        ]}
      />
    </>
  );
}

interface SlotProps {
  readonly path: string;
  readonly slot: SaveSlot;
  readonly onDecide: (side: SaveVersion) => void;
}

function Slot({ path, slot, onDecide }: SlotProps) {
  const [open, setOpen] = useState(slot.conflicts.length > 0);
  return (
    <details class="slot" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Game id={slot.game_id} /> · <code>{slot.slot}</code> · {say('saves_versions', { count: slot.versions })} ·{' '}
        {bytes(slot.stored_bytes)}
        {slot.conflicts.length > 0 && (
          <>
            {' '}
            <span class="tag bad">⚠ {say('saves_conflicts', { count: slot.conflicts.length })}</span>
          </>
        )}
        {slot.deleted_at !== null && (
          <span class="soft"> · {say('saves_deleted_at', { at: moment(slot.deleted_at) })}</span>
        )}
      </summary>
      {slot.conflicts.map((side) => (
        <div key={side.version} class="row">
          <span>{say('saves_conflict', { version: String(side.version), at: moment(side.created_at) })}</span>
          <button type="button" onClick={() => onDecide(side)}>
            {say('resolve')}
            <span class="unseen"> {slot.slot}</span>
          </button>
        </div>
      ))}
      {open && <Versions path={`${path}/${slot.game_id}/${slot.slot}/versions`} name={slot.slot} />}
    </details>
  );
}

function Versions({ path, name }: { path: string; name: string }) {
  const pages = usePages<SaveVersion>(path);
  const caption = say('versions_of', { slot: name });
  return (
    <Listed of={pages} none={say('saves_none')}>
      {(versions) => (
        <Table
          caption={caption}
          headings={[
            [say('version'), 'number'],
            say('version_state'),
            say('version_origin'),
            [say('size'), 'number'],
            say('device'),
            say('version_at'),
            'SHA-256',
            say('version_marks'),
          ]}
        >
          {versions.map((version) => (
            <Version key={version.version} version={version} />
          ))}
        </Table>
      )}
    </Listed>
  );
}

function Version({ version }: { version: SaveVersion }) {
  const { state, settled_as: settled, pinned, label, available } = version;
  return (
    <tr>
      <td class="number">{version.version}</td>
      <td>
        <span class={`tag ${state === 'conflict' ? 'bad' : state === 'head' ? 'good' : ''}`}>
          {say(`version_${state}`)}
        </span>
        {settled !== null && <div class="soft">{say(`settled_${settled}`)}</div>}
      </td>
      <td>{say(`origin_${version.origin}`)}</td>
      <td class="number nowrap">{bytes(version.size_bytes)}</td>
      <td>
        <Id id={version.device_id} />
      </td>
      <td class="nowrap">{moment(version.created_at)}</td>
      <td class="mono">{version.sha256.slice(0, 12)}…</td>
      <td>
        {pinned && <span class="tag">{say('version_pinned')}</span>} {label}{' '}
        {!available && <span class="tag bad">{say('version_missing')}</span>}
      </td>
    </tr>
  );
}
