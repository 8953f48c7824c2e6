import { useState } from 'preact/hooks';
import { moment } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import type { FamilyLink } from '../../../lib/contract/family.ts';
import { friend, player } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { allGames, titleOf } from '../library/games.ts';
import { startCall } from '../playing/play-session.ts';
import { hereOf, play } from '../playing/sessions.ts';
import * as calls from './calls.ts';
import { doAs, game, nameOf, type Sides } from './people.ts';
import { say } from './words.ts';

/** The owner: with whom games are shared, which are not, and playing one of them. */
export function OwnerPane({ sides }: { sides: Sides }) {
  const { members, limits } = sides.owner;
  return (
    <section class="card" aria-labelledby="owner">
      <h3 id="owner">{say('owner_pane')}</h3>
      <OwnerPlays />
      <p class="soft">{say('members_of', { count: members.length, most: limits.members })}</p>
      {members.length === 0 && <p>{say('nobody_lent')}</p>}
      {members.length > 0 && (
        <ul class="plain-list">
          {members.map((link) => (
            <Member key={link.user_id} link={link} />
          ))}
        </ul>
      )}
      <Invite />
      <Exclusions sides={sides} />
      <ShowCall call={calls.FAMILY_CALL} title={say('call_family')} />
    </section>
  );
}

function OwnerPlays() {
  const item = game.value;
  if (item === null) return null;
  const playing = hereOf(item.game_id);
  return (
    <div class="row">
      {playing === undefined ? (
        <button type="button" onClick={() => void play(item.game_id).catch(complain)}>
          {say('owner_play')}
        </button>
      ) : (
        <>
          <span class="tag good">{say('owner_plays', { game: item.title })}</span>
          <button type="button" onClick={() => void playing.end().catch(complain)}>
            {say('owner_stop')}
          </button>
        </>
      )}
      <ShowCall call={startCall(item.game_id)} title={say('call_start')} />
    </div>
  );
}

function Member({ link: { user_id, display_name, status, accepted_at, invited_at } }: { link: FamilyLink }) {
  const person = nameOf(user_id, display_name);
  const action = say(status === 'active' ? 'remove' : 'withdraw');
  const call = status === 'active' ? calls.removeCall(user_id) : calls.closeCall(user_id);
  return (
    <li class="row spread">
      <span>
        {person} <span class={`tag ${status === 'active' ? 'good' : 'warn'}`}>{say(`status_${status}`)}</span>{' '}
        <span class="soft">{say('since', { when: moment(accepted_at ?? invited_at) })}</span>
      </span>
      <span class="row">
        <button
          type="button"
          class="harm"
          aria-label={say('of_person', { action, person })}
          onClick={() => void doAs(player, call).catch(complain)}
        >
          {action}
        </button>
        <ShowCall call={call} />
      </span>
    </li>
  );
}

function Invite() {
  const [typed, setTyped] = useState<string | null>(null);
  const memberId = typed ?? friend.person.value?.userId ?? '';
  function invite(event: SubmitEvent): void {
    event.preventDefault();
    void doAs(player, calls.inviteCall(memberId.trim())).catch(complain);
  }
  return (
    <form class="row" onSubmit={invite}>
      <label class="field grow">
        {say('invite_id')}
        <input
          class="mono"
          required
          spellcheck={false}
          value={memberId}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
      <button type="submit">{say('invite')}</button>
      <ShowCall call={calls.inviteCall(memberId)} title={say('call_invite')} />
    </form>
  );
}

function Exclusions({ sides: { excluded } }: { sides: Sides }) {
  const out = new Set(excluded.map(({ game_id }) => game_id));
  const lent = allGames.value.filter(
    ({ game_id, source }) => !out.has(game_id) && (source === 'purchase' || source === 'gift'),
  );
  const [chosen, setChosen] = useState('');
  const gameId = lent.some(({ game_id }) => game_id === chosen) ? chosen : (lent[0]?.game_id ?? '');
  const [first] = excluded;
  return (
    <>
      <h4>{say('exclusions')}</h4>
      {excluded.length === 0 && <p class="soft">{say('no_exclusions')}</p>}
      <ul class="plain-list">
        {excluded.map(({ game_id, title }) => {
          const words = title ?? titleOf(game_id);
          return (
            <li key={game_id} class="row spread">
              <span>{words}</span>
              <button
                type="button"
                aria-label={say('of_game', { action: say('include'), game: words })}
                onClick={() => void doAs(player, calls.includeCall(game_id)).catch(complain)}
              >
                {say('include')}
              </button>
            </li>
          );
        })}
      </ul>
      <div class="row">
        <label class="field grow">
          {say('exclude_game')}
          <select value={gameId} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {lent.map(({ game_id, title }) => (
              <option key={game_id} value={game_id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          disabled={gameId === ''}
          onClick={() => void doAs(player, calls.excludeCall(gameId)).catch(complain)}
        >
          {say('exclude')}
        </button>
      </div>
      <div class="calls">
        <ShowCall call={calls.excludeCall(gameId)} title={say('call_exclude')} />
        {first !== undefined && <ShowCall call={calls.includeCall(first.game_id)} title={say('call_include')} />}
      </div>
    </>
  );
}
