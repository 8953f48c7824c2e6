import { useEffect, useState } from 'preact/hooks';
import { money } from '../../common/locale.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { complain } from '../../common/ui/notices.tsx';
import { say as sayCommon } from '../../common/words.ts';
import type { Game } from '../../../lib/contract/admin.ts';
import type { WishlistItem } from '../../../lib/contract/wishlist.ts';
import { shop } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { entryCall, LARGEST_DISCOUNT, priceCall, tellingDiscount } from './calls.ts';
import { putPrice } from './list.ts';
import { asksForNothing, wasToldLately, watchedPrices } from './terms.ts';
import { say } from './words.ts';

/** The shop's lever: another price, and what comes of it. */
export function LowerPrice({ item, onClose }: { item: WishlistItem; onClose: () => void }) {
  const [percent, setPercent] = useState(() => tellingDiscount(item));
  const [entry, setEntry] = useState<Game | null>(null);
  useEffect(() => {
    shop
      .call<Game>(entryCall(item.game_id))
      .then(setEntry)
      .catch((error: unknown) => {
        complain(error);
        onClose();
      });
  }, [item.game_id]);
  const [price] = watchedPrices(item);
  const regular = price?.regular_minor ?? price?.amount_minor ?? 0;
  return (
    <Ask
      title={say('lower_of', { game: item.title })}
      action={say('lower_act')}
      onAct={() => putPrice(entry ?? unread(), percent)}
      onClose={onClose}
    >
      <p>{say('lower_does')}</p>
      {wasToldLately(item) && <p class="warn">{say('lower_told')}</p>}
      {asksForNothing(item) && <p class="warn">{say('lower_never')}</p>}
      <label class="field">
        {say('lower_percent')}
        <input
          type="number"
          required
          min={1}
          max={LARGEST_DISCOUNT}
          value={percent}
          onInput={({ currentTarget }) => setPercent(currentTarget.valueAsNumber || 0)}
        />
      </label>
      {price !== undefined && (
        <p class="figure" aria-live="polite">
          {say('lower_price', { price: money(Math.floor((regular * (100 - percent)) / 100), price.currency) })}
        </p>
      )}
      {entry !== null && <ShowCall call={priceCall(entry, percent)} of={shop} />}
    </Ask>
  );
}

function unread(): never {
  throw new Error(sayCommon('loading'));
}
