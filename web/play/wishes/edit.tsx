import { Ask } from '../../common/ui/dialog.tsx';
import type { WishlistItem, WishPatch } from '../../../lib/contract/wishlist.ts';
import { ShowCall } from '../calls/shown.tsx';
import { patchCall } from './calls.ts';
import { changeWish } from './list.ts';
import { say } from './words.ts';

const PRIORITIES = [5, 4, 3, 2, 1] as const;

/** How much a game is wanted, and when to be told of its price. */
export function EditWish({ item, onClose }: { item: WishlistItem; onClose: () => void }) {
  const { game_id, title, priority, note, notify } = item;
  const currency = notify.target_price?.currency ?? notify.currency ?? item.prices[0]?.currency ?? 'EUR';
  return (
    <Ask
      title={say('edit_of', { game: title })}
      action={say('save')}
      onAct={(form) => changeWish(game_id, changeOf(form, currency))}
      onClose={onClose}
    >
      <label class="field">
        {say('priority')}
        <select name="priority" defaultValue={String(priority)}>
          {PRIORITIES.map((value) => (
            <option key={value} value={String(value)} selected={value === priority}>
              {value}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        {say('note')}
        <input name="note" maxLength={1_000} defaultValue={note ?? ''} />
      </label>
      <label class="row">
        <input type="checkbox" name="on_sale" defaultChecked={notify.on_sale} />
        {say('on_sale')}
      </label>
      <label class="field">
        {say('least')}
        <input type="number" name="least" min={1} max={100} defaultValue={String(notify.min_discount_percent ?? '')} />
      </label>
      <label class="field">
        {say('target', { currency })}
        <input
          type="number"
          name="target"
          min={0}
          step="0.01"
          defaultValue={notify.target_price === null ? '' : String(notify.target_price.amount_minor / 100)}
        />
      </label>
      <ShowCall call={patchCall(game_id, { priority, note, notify })} />
    </Ask>
  );
}

function changeOf(form: FormData, currency: string): WishPatch {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const [note, least, target] = [text('note'), text('least'), text('target')];
  return {
    priority: Number(text('priority')),
    note: note === '' ? null : note,
    notify: {
      on_sale: form.has('on_sale'),
      min_discount_percent: least === '' ? null : Number(least),
      target_price: target === '' ? null : { currency, amount_minor: Math.round(Number(target) * 100) },
    },
  };
}
