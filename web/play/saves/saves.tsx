import './saves.css';
import { useEffect, useState } from 'preact/hooks';
import { bytes, moment } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import type { LibraryItem, LibraryPage } from '../../../lib/contract/library.ts';
import { player } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { QUOTA_CALL, restoreCall, slotsCall } from './calls.ts';
import * as cloud from './cloud.ts';
import { Conflicts } from './conflicts.tsx';
import { DevicePane } from './device-pane.tsx';
import { DEVICES } from './devices.ts';
import { Versions } from './versions.tsx';
import { say } from './words.ts';

/** Cloud saves of one game, from two devices side by side. */
export function Saves() {
  const [games, setGames] = useState<readonly LibraryItem[]>([]);
  useEffect(cloud.watchCloud, []);
  useEffect(() => {
    player
      .call<LibraryPage>({ method: 'GET', path: '/?limit=200' })
      .then(({ items }) => {
        setGames(items);
        const [first] = items;
        if (cloud.gameId.value !== null) return cloud.readCloud();
        return first === undefined ? undefined : cloud.chooseGame(first.game_id);
      })
      .catch(complain);
  }, []);
  const [gameId, slotName] = [cloud.gameId.value, cloud.slotName.value];
  const slot = cloud.slot.value;
  return (
    <>
      <h2>{say('title')}</h2>
      <p class="soft">{say('intro')}</p>
      <Choice games={games} />
      {gameId !== null && cloud.slots.value !== null && (
        <>
          <div class="panes">
            {DEVICES.map((device) => (
              <DevicePane
                key={`${device.name} ${gameId} ${slotName}`}
                device={device}
                gameId={gameId}
                slotName={slotName}
              />
            ))}
          </div>
          {slot !== undefined && <Conflicts slot={slot} />}
          {slot !== undefined && <Versions slot={slot} />}
          <Deleted />
          <Quota />
        </>
      )}
    </>
  );
}

function Choice({ games }: { games: readonly LibraryItem[] }) {
  const [gameId, slotName] = [cloud.gameId.value, cloud.slotName.value];
  const names = [...new Set([cloud.FIRST_SLOT, slotName, ...(cloud.slots.value ?? []).map(({ slot }) => slot)])];
  return (
    <div class="row">
      <label class="field">
        {say('game')}
        <select
          value={gameId ?? ''}
          onChange={({ currentTarget }) => void cloud.chooseGame(currentTarget.value).catch(complain)}
        >
          {games.map(({ game_id, title }) => (
            <option key={game_id} value={game_id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        {say('slot')}
        <select
          value={slotName}
          onChange={({ currentTarget }) => void cloud.chooseSlot(currentTarget.value).catch(complain)}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {gameId !== null && <ShowCall call={slotsCall(gameId, false)} title={say('call_list')} />}
    </div>
  );
}

function Deleted() {
  const restorable = cloud.deletedSlots.value;
  if (restorable.length === 0) return null;
  return (
    <section class="card" aria-labelledby="deleted">
      <h3 id="deleted">{say('deleted_slots')}</h3>
      <ul class="plain-list">
        {restorable.map((slot) => (
          <li key={slot.slot} class="row spread">
            <span>
              {slot.slot}{' '}
              {slot.recoverable_until !== null && (
                <span class="soft">{say('until', { when: moment(slot.recoverable_until) })}</span>
              )}
            </span>
            <span class="row">
              <button
                type="button"
                aria-label={say('of_slot', { action: say('undelete'), slot: slot.slot })}
                onClick={() => void cloud.restore(slot).catch(complain)}
              >
                {say('undelete')}
              </button>
              <ShowCall call={restoreCall(slot, DEVICES[0].id)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Quota() {
  const room = cloud.quota.value;
  if (room === null) return null;
  const { quota_bytes, stored_bytes, reserved_bytes } = room;
  return (
    <section class="card" aria-labelledby="quota">
      <h3 id="quota">{say('quota')}</h3>
      <progress
        class="quota"
        aria-labelledby="quota"
        max={Math.max(1, quota_bytes)}
        value={stored_bytes + reserved_bytes}
      />
      <p class="soft figure">
        {say('quota_says', {
          stored: bytes(stored_bytes),
          quota: bytes(quota_bytes),
          reserved: bytes(reserved_bytes),
        })}
      </p>
      <ShowCall call={QUOTA_CALL} title={say('call_quota')} />
    </section>
  );
}
