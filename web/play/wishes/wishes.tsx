import './wishes.css';
import { useEffect } from 'preact/hooks';
import { complain } from '../../common/ui/notices.tsx';
import { ShowCall } from '../calls/shown.tsx';
import { player, shop } from '../calls.ts';
import { LIST_CALL, takeBackCall } from './calls.ts';
import { Find } from './find.tsx';
import { bought, openWishes, orderCall, takeBack, wishes } from './list.ts';
import { say } from './words.ts';
import { Wish } from './wish.tsx';

/** What the player wishes for, and the shop that lowers prices and sells. */
export function Wishes() {
  useEffect(openWishes, []);
  const items = wishes.value;
  return (
    <>
      <h2>{say('title')}</h2>
      <p class="soft">{say('intro')}</p>
      {items === null && <p class="soft">{say('reading')}</p>}
      {items !== null && items.length === 0 && <p>{say('empty')}</p>}
      {items !== null && items.length > 0 && (
        <ol class="wishes">
          {items.map((item, place) => (
            <Wish key={item.game_id} item={item} first={place === 0} last={place === items.length - 1} />
          ))}
        </ol>
      )}
      <div class="calls">
        <ShowCall call={LIST_CALL} title={say('call_list')} />
        <ShowCall call={orderCall.value} title={say('call_order')} />
      </div>
      <BoughtHere />
      <Find />
    </>
  );
}

function BoughtHere() {
  if (bought.value.length === 0) return null;
  const userId = player.person.value?.userId ?? '';
  return (
    <section class="card" aria-labelledby="bought">
      <h3 id="bought">{say('bought')}</h3>
      <p class="soft">{say('bought_does')}</p>
      <ul class="plain-list">
        {bought.value.map((game) => (
          <li key={game.gameId} class="row spread">
            <span>{game.title}</span>
            <span class="row">
              <button
                type="button"
                aria-label={say('of_game', { action: say('refund'), game: game.title })}
                onClick={() => void takeBack(game).catch(complain)}
              >
                {say('refund')}
              </button>
              <ShowCall call={takeBackCall(userId, game.gameId)} of={shop} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
