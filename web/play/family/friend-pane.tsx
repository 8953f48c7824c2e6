import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../../common/api.ts';
import { duration, moment, timeOfDay } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { say as sayCommon } from '../../common/words.ts';
import type { FamilyLink } from '../../../lib/contract/family.ts';
import { friend } from '../calls.ts';
import { ShowCall, ShowFrame } from '../calls/shown.tsx';
import * as calls from './calls.ts';
import { FRIEND_DEVICE, session, start, stop, type FriendSession } from './friend-session.ts';
import { borrowedGames, choose, doAs, friendSocket, game, nameOf, type Sides } from './people.ts';
import { say } from './words.ts';

/** The friend: who lends, what is borrowed, and playing it until the owner wants it. */
export function FriendPane({ sides: { friend: family, borrowed } }: { sides: Sides }) {
  const { owners, limits } = family;
  const state = friendSocket().state.value;
  return (
    <section class="card" aria-labelledby="friend">
      <div class="row spread">
        <h3 id="friend">{say('friend_pane')}</h3>
        <span class={`tag ${state === 'live' ? 'good' : 'warn'}`}>{sayCommon(state)}</span>
      </div>
      <FriendPlays />
      <p class="soft">
        {say('owners_of', { count: owners.length, most: limits.owners, invitations: limits.invitations })}
      </p>
      {owners.length === 0 && <p>{say('nobody_lends')}</p>}
      {owners.length > 0 && (
        <ul class="plain-list">
          {owners.map((link) => (
            <Lender key={link.user_id} link={link} />
          ))}
        </ul>
      )}
      <p>{borrowed.length === 0 ? say('nothing_borrowed') : say('borrowed', { count: borrowed.length })}</p>
      <div class="calls">
        <ShowCall call={calls.BORROWED_CALL} of={friend} title={say('call_borrowed')} />
        <ShowCall call={calls.LIVE_CALL} of={friend} title={say('call_live')} />
      </div>
      {borrowed.length > 0 && (
        <details class="call">
          <summary>{say('borrowed', { count: borrowed.length })}</summary>
          <ul>
            {borrowed.map(({ game_id, title }) => (
              <li key={game_id}>{title}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function FriendPlays() {
  const [refusal, setRefusal] = useState<string | null>(null);
  const item = game.value;
  const current = session.value;
  const live = current?.ended === null;
  async function act(doing: Promise<void>): Promise<void> {
    setRefusal(null);
    await doing.catch((error: unknown) => setRefusal(refusalOf(error, item?.title ?? '')));
  }
  return (
    <>
      {item !== null && (
        <div class="row">
          <Chooser disabled={live} />
          {live ? (
            <button type="button" onClick={() => void act(stop())}>
              {say('friend_stop')}
            </button>
          ) : (
            <button type="button" class="main" onClick={() => void act(start(item.game_id))}>
              {say('friend_play')}
            </button>
          )}
          <ShowCall call={calls.startCall(item.game_id, FRIEND_DEVICE)} of={friend} title={say('call_start')} />
        </div>
      )}
      <div role="status">
        {refusal !== null && <p class="bad">{refusal}</p>}
        {current !== null && <Playing current={current} />}
      </div>
      {current !== null && live && <Countdown current={current} />}
      {current !== null && live && (
        <div class="calls">
          {(['heartbeat', 'end'] as const).map((type) => (
            <ShowFrame
              key={type}
              frame={{ type, ref: 1, session_id: current.sessionId, seq: current.seq + 1 }}
              title={say(`frame_${type}`)}
            />
          ))}
        </div>
      )}
    </>
  );
}

function refusalOf(error: unknown, title: string): string {
  if (!(error instanceof Refused) || error.code !== 'COPY_IN_USE') return wordsOf(error);
  const { played_by: by, until } = error.data;
  return say('in_use', {
    person: say(by === 'owner' ? 'you' : 'another_member'),
    game: title,
    when: moment(String(until)),
  });
}

/** While the friend plays, both play that game. */
function Chooser({ disabled }: { disabled: boolean }) {
  const known = game.value;
  return (
    <label class="field grow">
      {say('game')}
      <select
        value={known?.game_id ?? ''}
        disabled={disabled}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {borrowedGames.value.map(({ game_id, title }) => (
          <option key={game_id} value={game_id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Playing({ current }: { current: FriendSession }) {
  const { gameId, creditedSeconds, endsAt, spared, ended } = current;
  const title = borrowedGames.value.find(({ game_id }) => game_id === gameId)?.title ?? game.value?.title ?? gameId;
  const time = duration(creditedSeconds);
  if (ended !== null) return <p>{say(`ended_${ended}`, { time })}</p>;
  return (
    <>
      <p>
        <strong>{say('playing', { game: title })}</strong>
      </p>
      {spared && endsAt === null && <p class="good">{say('warning_over', { game: title })}</p>}
    </>
  );
}

const TICK_MS = 500;

/** What ticks stands beside what is read aloud, not in it. */
function Countdown({ current: { creditedSeconds, endsAt } }: { current: FriendSession }) {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (endsAt === null) return undefined;
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [endsAt]);
  const title = game.value?.title ?? '';
  const left = endsAt === null ? 0 : Math.max(0, Math.ceil((new Date(endsAt).getTime() - Date.now()) / 1_000));
  return (
    <>
      <p class="figure">{say('counted', { time: duration(creditedSeconds) })}</p>
      {endsAt !== null && (
        <p class="wanted figure">
          <span role="alert">{say('warning', { game: title, when: timeOfDay(endsAt) })}</span>{' '}
          <span role="timer">{say('ends_in', { time: duration(left) })}</span>
        </p>
      )}
    </>
  );
}

function Lender({ link: { user_id, display_name, status } }: { link: FamilyLink }) {
  const person = nameOf(user_id, display_name);
  const offers =
    status === 'active'
      ? [{ action: say('leave'), call: calls.leaveCall(user_id), tone: 'harm' }]
      : [
          { action: say('accept'), call: calls.acceptCall(user_id), tone: 'main' },
          { action: say('decline'), call: calls.closeCall(user_id), tone: '' },
        ];
  return (
    <li class="row spread">
      <span>
        {person} <span class={`tag ${status === 'active' ? 'good' : 'warn'}`}>{say(`status_${status}`)}</span>
      </span>
      <span class="row">
        {offers.map(({ action, call, tone }) => (
          <span key={action} class="row">
            <button
              type="button"
              class={tone}
              aria-label={say('of_person', { action, person })}
              onClick={() => void doAs(friend, call).catch(complain)}
            >
              {action}
            </button>
            <ShowCall call={call} of={friend} />
          </span>
        ))}
      </span>
    </li>
  );
}
