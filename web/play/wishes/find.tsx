import { useState } from 'preact/hooks';
import { complain } from '../../common/ui/notices.tsx';
import type { CatalogPage } from '../../../lib/contract/catalog-search.ts';
import { shop } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { Cover } from '../library/cover.tsx';
import { listed } from '../library/games.ts';
import { searchCall, wishCall } from './calls.ts';
import { addWish, wishes } from './list.ts';
import { say } from './words.ts';

/** Finds games of the shop to wish for. */
export function Find() {
  const [q, setQ] = useState('');
  const [page, setPage] = useState<CatalogPage | null>(null);
  function search(event: SubmitEvent): void {
    event.preventDefault();
    shop.call<CatalogPage>(searchCall(q.trim())).then(setPage).catch(complain);
  }
  return (
    <section class="card" aria-labelledby="find">
      <h3 id="find">{say('find')}</h3>
      <p class="soft">{say('find_does')}</p>
      <form class="row" role="search" onSubmit={search}>
        <label class="row">
          {say('title_part')}
          <input type="search" value={q} maxLength={100} onInput={({ currentTarget }) => setQ(currentTarget.value)} />
        </label>
        <button type="submit">{say('search')}</button>
        <ShowCall call={searchCall(q.trim())} of={shop} title={say('call_search')} />
      </form>
      {page !== null && page.items.length === 0 && <p>{say('nothing')}</p>}
      {page !== null && page.items.length > 0 && (
        <ul class="found">
          {page.items.map(({ game_id, title, genres }) => (
            <li key={game_id} class="row spread">
              <span class="row">
                <span class="thumb">
                  <Cover id={game_id} title={title} small />
                </span>
                <span>
                  {title} <span class="soft">{genres.join(', ')}</span>
                </span>
              </span>
              <Wishing gameId={game_id} title={title} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Wishing({ gameId, title }: { gameId: string; title: string }) {
  const own = listed.value?.find(({ game_id }) => game_id === gameId);
  if (own !== undefined && own.source !== 'family') return <span class="tag">{say('is_owned')}</span>;
  if (wishes.value?.some(({ game_id }) => game_id === gameId) === true) {
    return <span class="tag good">{say('is_wished')}</span>;
  }
  return (
    <span class="row">
      <button
        type="button"
        aria-label={say('of_game', { action: say('wish'), game: title })}
        onClick={() => void addWish(gameId, title).catch(complain)}
      >
        {say('wish')}
      </button>
      <ShowCall call={wishCall(gameId)} title={say('call_wish')} />
    </span>
  );
}
