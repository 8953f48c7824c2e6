import { useState } from 'preact/hooks';
import { DEMO_MEMBER_ID, DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { go, route, to } from '../../common/route.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { run } from '../commands.ts';
import { isUuid, shortOf, UserLink } from '../parts/id.tsx';
import { person } from '../session.ts';
import { say } from '../words.ts';

type What = 'user' | 'session';

/** Where a user is looked up: by their own id, or by that of a session which an engine holds. */
export function LookUp() {
  const [what, setWhat] = useState<What>('user');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function look(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('id');
    const id = typeof typed === 'string' ? typed.trim().toLowerCase() : '';
    if (!isUuid(id)) return setFailure(say('look_no_uuid'));
    setFailure(null);
    if (what === 'user') return go('users', id);
    setBusy(true);
    try {
      const owner = await ownerOf(id);
      if (owner === null) setFailure(say('look_no_session'));
      else go('users', owner, 'sessions', id);
    } catch (error) {
      setFailure(wordsOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class="card" aria-labelledby="look-up">
      <h2 id="look-up">{say('look_up')}</h2>
      <form class="row" onSubmit={(event) => void look(event)}>
        <select
          aria-label={say('look_what')}
          value={what}
          onChange={(event) => setWhat(event.currentTarget.value as What)}
        >
          <option value="user">{say('look_user')}</option>
          <option value="session">{say('look_session')}</option>
        </select>
        <input
          class="mono look-id"
          name="id"
          aria-label={say('look_id')}
          placeholder="00000000-0000-7000-8000-000000000001"
          autocomplete="off"
          spellcheck={false}
          required
        />
        <button type="submit" class="main" disabled={busy}>
          {say('look')}
        </button>
      </form>
      {failure !== null && (
        <p class="bad" role="alert">
          {failure}
        </p>
      )}
      {route.value[1] === undefined && <Suggestions />}
    </section>
  );
}

/** Whose session it is; null: no engine holds it. */
async function ownerOf(sessionId: string): Promise<string | null> {
  const { head, rows, error } = await run(`session ${sessionId}`);
  if (error !== null) throw new Error(error);
  const owner = rows?.[0]?.[head?.indexOf('user') ?? -1];
  return typeof owner === 'string' ? owner : null;
}

/** Accounts of the demo end like this: where one of them is signed in, the demo's player is there, too. */
const DEMO_STAFF = /^00000000-0000-7000-8000-00000000000[a-f]$/;

function Suggestions() {
  const [busy, setBusy] = useState(false);
  const [users, setUsers] = useState<readonly string[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  async function look(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      const { rows, error } = await run('top users --seconds 3 --limit 10');
      if (error !== null) throw new Error(error);
      setUsers((rows ?? []).map(([user]) => String(user)));
    } catch (error) {
      setFailure(wordsOf(error));
    }
    setBusy(false);
  }
  return (
    <div class="row">
      <button type="button" disabled={busy} onClick={() => void look()}>
        {busy ? say('look_busy_looking') : say('look_busy')}
      </button>
      {DEMO_STAFF.test(person.value?.userId ?? '') && (
        <>
          <a href={to('users', DEMO_USER_ID)}>{say('look_demo_player')}</a>
          <a href={to('users', DEMO_MEMBER_ID)}>{say('look_demo_friend')}</a>
        </>
      )}
      <span role="status" class="row">
        {failure !== null && <span class="bad">{failure}</span>}
        {users?.length === 0 && <span class="soft">{say('look_busy_none')}</span>}
        {users?.map((id) => (isUuid(id) ? <UserLink key={id} id={id} /> : shortOf(id)))}
      </span>
    </div>
  );
}
