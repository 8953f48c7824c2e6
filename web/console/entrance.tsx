import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { moment } from '../common/locale.ts';
import { demoToken, personOf, type DemoAccount } from '../common/person.ts';
import { wordsOf } from '../common/ui/dialog.tsx';
import { ended, enter, leave, person } from './session.ts';
import { say } from './words.ts';

/** `/play` is there only where the demo's accounts are, too: asking for it hands out no token. */
const isDemo = signal(false);
const failure = signal<string | null>(null);

async function lookForDemo(): Promise<void> {
  isDemo.value = await fetch('/play', { method: 'HEAD' }).then(
    ({ ok }) => ok,
    // Nobody answers: signing in will say so.
    () => false,
  );
}

function take(token: string): void {
  try {
    const { endsAt } = personOf(token.trim());
    if (endsAt <= Date.now()) {
      failure.value = say('token_over', { at: moment(endsAt) });
      return;
    }
    enter(token);
    failure.value = null;
  } catch {
    failure.value = say('no_token');
  }
}

async function takeDemo(account: DemoAccount): Promise<void> {
  try {
    const token = await demoToken(account);
    if (token === null) failure.value = say('no_demo');
    else take(token);
  } catch (error) {
    failure.value = wordsOf(error);
  }
}

function submit(event: SubmitEvent): void {
  event.preventDefault();
  const token = new FormData(event.currentTarget as HTMLFormElement).get('token');
  if (typeof token === 'string') take(token);
}

/** Where somebody signs in. */
export function Entrance() {
  useEffect(() => void lookForDemo(), []);
  return (
    <div class="entrance">
      {ended.value && (
        <p class="card warn" role="alert">
          {say('ended')}
        </p>
      )}
      {person.value !== null && <Stranger />}
      <section class="card" aria-labelledby="sign-in">
        <h2 id="sign-in">{say('sign_in')}</h2>
        <form class="sign-in" onSubmit={submit}>
          <label class="field">
            <span>{say('token')}</span>
            <textarea name="token" class="mono" rows={4} required spellcheck={false} autocomplete="off" />
          </label>
          <p class="soft">{say('sign_in_words')}</p>
          {failure.value !== null && (
            <p class="bad" role="alert">
              {failure.value}
            </p>
          )}
          <div class="row">
            <button type="submit" class="main">
              {say('enter')}
            </button>
          </div>
        </form>
      </section>
      {isDemo.value && (
        <section class="card">
          <p>{say('demo_words')}</p>
          <div class="row">
            <button type="button" onClick={() => void takeDemo('operator')}>
              {say('enter_operator')}
            </button>
            <button type="button" onClick={() => void takeDemo('support')}>
              {say('enter_support')}
            </button>
          </div>
        </section>
      )}
    </div>
  );
}

/** Who is signed in, and has nothing to look for here. */
function Stranger() {
  const { userId, roles } = person.value ?? { userId: '', roles: [] };
  return (
    <section class="card" role="alert">
      <h2 class="bad">{say('no_role')}</h2>
      <p class="breaks">{say('no_role_words', { user: userId, roles: roles.join(', ') || say('no_roles') })}</p>
      <div class="row">
        <button type="button" onClick={leave}>
          {say('leave')}
        </button>
      </div>
    </section>
  );
}
