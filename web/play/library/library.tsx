import { useEffect, useId } from 'preact/hooks';
import { duration, moment } from '../../common/locale.ts';
import { to } from '../../common/route.ts';
import type { LibraryItem } from '../../../lib/contract/library.ts';
import { ShowCall } from '../calls/shown.tsx';
import { PlayButton } from '../playing/play-button.tsx';
import { say } from '../words.ts';
import { Cover } from './cover.tsx';
import { listed, readGames, search, searchCall, trouble, type LibrarySearch } from './games.ts';

const SORTS = ['last_played_at', 'playtime', 'title', 'acquired_at'] as const;
/** While somebody types, not every letter is asked for. */
const TYPING_MS = 200;

export function Library() {
  useEffect(() => {
    const timer = setTimeout(() => void readGames(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [search.value]);
  return (
    <>
      <Search />
      {trouble.value !== null && (
        <p class="bad row" role="alert">
          {trouble.value}
          <button type="button" onClick={() => void readGames()}>
            {say('retry')}
          </button>
        </p>
      )}
      <Games />
    </>
  );
}

function Search() {
  const { q, sort, favorite } = search.value;
  const field = useId();
  const change = (changes: Partial<LibrarySearch>): void => {
    search.value = { ...search.value, ...changes };
  };
  return (
    <search class="card search">
      <div class="row">
        <label class="field grow" for={field}>
          <span class="soft">{say('search')}</span>
          <input
            id={field}
            type="search"
            value={q}
            maxLength={100}
            onInput={(event) => change({ q: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span class="soft">{say('sort')}</span>
          <select
            value={sort}
            onChange={(event) => change({ sort: event.currentTarget.value as LibrarySearch['sort'] })}
          >
            {SORTS.map((name) => (
              <option key={name} value={name}>
                {say(`sort_${name}`)}
              </option>
            ))}
          </select>
        </label>
        <label class="row check">
          <input
            type="checkbox"
            checked={favorite}
            onChange={(event) => change({ favorite: event.currentTarget.checked })}
          />
          {say('only_favorites')}
        </label>
      </div>
      <ShowCall call={searchCall(search.value)} />
    </search>
  );
}

function Games() {
  const items = listed.value;
  if (items === null) return <p class="soft">{say('reading')}</p>;
  const played = items.reduce((sum, { playtime }) => sum + playtime.total_seconds, 0);
  return (
    <section aria-label={say('library')} class="shelf">
      <p class="soft" role="status">
        {say('games_found', { count: items.length, played: duration(played) })}
      </p>
      <ul class="games">
        {items.map((item) => (
          <Game key={item.game_id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Game({ item }: { item: LibraryItem }) {
  const { game_id, title, playtime, achievements, favorite, source } = item;
  return (
    <li class="game">
      <a href={to('library', game_id)} class="cover-link" aria-label={title}>
        <Cover id={game_id} title={title} />
      </a>
      <h2>
        {favorite && (
          <span class="warn" title={say('favorite')}>
            ★{' '}
          </span>
        )}
        {title}
      </h2>
      <p class="soft figure">
        {say('played_total', { played: duration(playtime.total_seconds) })}
        <br />
        {playtime.last_played_at === null
          ? say('never_played')
          : say('last_played', { at: moment(playtime.last_played_at) })}
        <br />
        {say('achieved', { unlocked: achievements.unlocked, total: achievements.total })}
        {source === 'family' && ` · ${say('borrowed')}`}
      </p>
      <PlayButton gameId={game_id} />
    </li>
  );
}
