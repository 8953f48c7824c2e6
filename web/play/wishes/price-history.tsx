import { useEffect, useState } from 'preact/hooks';
import { money, moment } from '../../common/locale.ts';
import { complain } from '../../common/ui/notices.tsx';
import { Table } from '../../common/ui/table.tsx';
import type { PriceHistoryPage } from '../../../lib/contract/wishlist.ts';
import { player } from '../calls.ts';
import { ShowCall } from '../calls/shown.tsx';
import { historyCall } from './calls.ts';
import { wishes } from './list.ts';
import { say } from './words.ts';

/** What a game has cost, folded; asked for when it is opened, and again when the list was read anew. */
export function PriceHistory({ gameId, title }: { gameId: string; title: string }) {
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState<PriceHistoryPage | null>(null);
  const list = wishes.value;
  useEffect(() => {
    if (open) player.call<PriceHistoryPage>(historyCall(gameId)).then(setPage).catch(complain);
  }, [gameId, open, list]);
  return (
    <details class="call" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say('history')}</summary>
      {page !== null && (
        <Table
          caption={say('of_game', { action: say('history'), game: title })}
          headings={[
            say('history_when'),
            say('history_currency'),
            [say('history_price'), 'number'],
            [say('history_regular'), 'number'],
          ]}
        >
          {page.items.map(({ currency, changed_at, amount_minor, regular_minor }) => (
            <tr key={`${currency} ${changed_at} ${amount_minor}`}>
              <td>{moment(changed_at)}</td>
              <td>{currency}</td>
              <td class="number">{money(amount_minor, currency)}</td>
              <td class="number">{regular_minor === null ? '' : money(regular_minor, currency)}</td>
            </tr>
          ))}
        </Table>
      )}
      <ShowCall call={historyCall(gameId)} />
    </details>
  );
}
