import { useState } from 'preact/hooks';
import { money, moment } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import type { WishlistItem } from '../../../lib/contract/wishlist.ts';
import { player, shop } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { Cover } from '../library/cover.tsx';
import { removeCall, sellCall } from './calls.ts';
import { EditWish } from './edit.tsx';
import { endSale, move, removeWish, sell } from './list.ts';
import { LowerPrice } from './lower-price.tsx';
import { PriceHistory } from './price-history.tsx';
import { termsOf, wasToldLately, watchedPrices } from './terms.ts';
import { say } from './words.ts';

type Asked = 'edit' | 'lower' | null;

export function Wish({ item, first, last }: { item: WishlistItem; first: boolean; last: boolean }) {
  const [asked, setAsked] = useState<Asked>(null);
  const { game_id, title, genres, note, notified_at, priority } = item;
  const heading = `wish-${game_id}`;
  const close = (): void => setAsked(null);
  return (
    <li class="card wish" aria-labelledby={heading}>
      <div class="wish-cover">
        <Cover id={game_id} title={title} small />
      </div>
      <div class="wish-words">
        <div class="row spread">
          <h3 id={heading}>{title}</h3>
          <span class="row">
            <Place item={item} by={-1} disabled={first} />
            <Place item={item} by={1} disabled={last} />
          </span>
        </div>
        <p class="soft">{[say('wanted', { priority }), ...genres].join(' · ')}</p>
        <Prices item={item} />
        {note !== null && note !== '' && <p>“{note}”</p>}
        <p class="soft">
          {say('terms')} {termsOf(item)}
        </p>
        {wasToldLately(item) && notified_at !== null && (
          <p class="warn">{say('told', { when: moment(notified_at) })}</p>
        )}
        <Actions item={item} onAsk={setAsked} />
        <PriceHistory gameId={game_id} title={title} />
      </div>
      {asked === 'edit' && <EditWish item={item} onClose={close} />}
      {asked === 'lower' && <LowerPrice item={item} onClose={close} />}
    </li>
  );
}

function Actions({ item, onAsk }: { item: WishlistItem; onAsk: (asked: Asked) => void }) {
  const { game_id, title, on_sale } = item;
  const named = (action: string): string => say('of_game', { action, game: title });
  const userId = player.person.value?.userId ?? '';
  return (
    <>
      <div class="row">
        <button type="button" class="main" aria-label={named(say('lower'))} onClick={() => onAsk('lower')}>
          {say('lower')}
        </button>
        {on_sale && (
          <button
            type="button"
            aria-label={named(say('regular'))}
            onClick={() => void endSale(game_id).catch(complain)}
          >
            {say('regular')}
          </button>
        )}
        <button type="button" aria-label={named(say('buy'))} onClick={() => void sell(item).catch(complain)}>
          {say('buy')}
        </button>
        <button type="button" aria-label={named(say('edit'))} onClick={() => onAsk('edit')}>
          {say('edit')}
        </button>
        <button type="button" aria-label={named(say('remove'))} onClick={() => void removeWish(item).catch(complain)}>
          {say('remove')}
        </button>
      </div>
      <div class="calls">
        <ShowCall call={sellCall(userId, game_id)} of={shop} title={say('call_buy')} />
        <ShowCall call={removeCall(game_id)} title={say('call_remove')} />
      </div>
    </>
  );
}

function Place({ item: { game_id, title }, by, disabled }: { item: WishlistItem; by: 1 | -1; disabled: boolean }) {
  return (
    <button
      type="button"
      class="plain"
      disabled={disabled}
      aria-label={say('of_game', { action: say(by < 0 ? 'up' : 'down'), game: title })}
      onClick={() => void move(game_id, by).catch(complain)}
    >
      <span aria-hidden="true">{by < 0 ? '↑' : '↓'}</span>
    </button>
  );
}

function Prices({ item }: { item: WishlistItem }) {
  return (
    <>
      {watchedPrices(item).map(({ currency, amount_minor, regular_minor, ...price }) => (
        <p key={currency} class="row prices">
          {regular_minor !== null && (
            <s class="soft figure">
              <span class="unseen">{say('was')} </span>
              {money(regular_minor, currency)}
            </s>
          )}
          <strong class="price figure">
            <span class="unseen">{say('now')} </span>
            {money(amount_minor, currency)}
          </strong>
          {price.on_sale && <span class="tag good">{say('off', { percent: price.discount_percent })}</span>}
          <span class="soft">
            {[
              say('lowest', { price: money(price.lowest_minor, currency) }),
              ...(price.sale_ends_at === null ? [] : [say('until', { when: moment(price.sale_ends_at) })]),
            ].join(' · ')}
          </span>
        </p>
      ))}
    </>
  );
}
