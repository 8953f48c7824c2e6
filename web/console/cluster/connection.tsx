import { timeOfDay } from '../../common/locale.ts';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { say as sayCommon } from '../../common/words.ts';
import { heardAt, liveness, openFeed, refusal, type Liveness } from '../feed.ts';
import { say } from '../words.ts';

const MARKS: Readonly<Record<Liveness, string>> = { connecting: '◌', live: '●', silent: '▲', lost: '✕', refused: '✕' };

/** In the head of the page: whether what is shown is now. */
export function Connection() {
  const state = liveness.value;
  return (
    <span class={`connection ${state}`} role="status">
      <span aria-hidden="true">{MARKS[state]}</span> {say(`feed_${state}`)}
    </span>
  );
}

/** Above everything that is fed, for as long as it is not live. */
export function NotLive() {
  const state = liveness.value;
  if (state === 'live' || state === 'connecting') return null;
  return (
    <div class="card not-live row spread" role="alert">
      <p>
        <span aria-hidden="true">{MARKS[state]}</span> {words(state)}
      </p>
      {state === 'refused' && (
        <button type="button" onClick={openFeed}>
          {sayCommon('retry')}
        </button>
      )}
    </div>
  );
}

function words(state: 'silent' | 'lost' | 'refused'): string {
  if (state === 'refused') return say('feed_refused_words', { why: wordsOf(refusal.value) });
  if (heardAt.value === null) return say('feed_never_words');
  return say(`feed_${state}_words`, { at: timeOfDay(heardAt.value) });
}
