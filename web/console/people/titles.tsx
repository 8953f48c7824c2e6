/** What games are called: of those in a user's library, as it was read last. */
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { LibraryPage } from '../../../lib/contract/library.ts';
import { Id } from '../parts/id.tsx';
import { read } from '../parts/pages.tsx';

const titles = signal<ReadonlyMap<string, string>>(new Map());

export function knowTitles(items: readonly { readonly game_id: string; readonly title: string }[]): void {
  const more = items.filter(({ game_id: id, title }) => titles.peek().get(id) !== title);
  if (more.length === 0) return;
  titles.value = new Map([...titles.peek(), ...more.map(({ game_id: id, title }) => [id, title] as const)]);
}

/** Reads them, where a room shows games and no library. */
export function useTitles(userId: string): void {
  useEffect(() => {
    // Without titles there are the ids.
    void read<LibraryPage>(`/admin/users/${userId}/library`, { limit: 200 }).then(
      ({ items }) => knowTitles(items),
      () => undefined,
    );
  }, [userId]);
}

export function Game({ id }: { id: string }) {
  const title = titles.value.get(id);
  return title === undefined ? <Id id={id} /> : <span title={id}>{title}</span>;
}
