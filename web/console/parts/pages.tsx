/** Lists that come page by page. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { complain } from '../../common/ui/notices.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';
import { Shown, useLoaded, type Loaded } from './loaded.tsx';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export type Query = Readonly<Record<string, string | number | boolean>>;

export function pathWith(path: string, query: Query): string {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return words.size === 0 ? path : `${path}?${words.toString()}`;
}

export function read<Body>(path: string, query: Query = {}): Promise<Body> {
  return api.call<Body>({ method: 'GET', path: pathWith(path, query) });
}

export interface Pages<Item> extends Loaded<readonly Item[]> {
  /** Reads the page after the last; null: there is none. */
  readonly more: (() => Promise<void>) | null;
}

export function usePages<Item>(path: string, query: Query = {}): Pages<Item> {
  const key = pathWith(path, query);
  const first = useLoaded(key, () => read<Page<Item>>(path, query));
  const [rest, setRest] = useState<{ of: Page<Item>; pages: readonly Page<Item>[] }>();
  const further = rest !== undefined && rest.of === first.value ? rest.pages : [];
  const cursor = (further.at(-1) ?? first.value)?.next_cursor ?? null;
  async function more(): Promise<void> {
    const begin = first.value;
    if (cursor === null || begin === null) return;
    const page = await read<Page<Item>>(path, { ...query, cursor });
    setRest({ of: begin, pages: [...further, page] });
  }
  const value = first.value === null ? null : [first.value, ...further].flatMap(({ items }) => items);
  return { ...first, value, more: cursor === null ? null : more };
}

/** A list with its empty state, and the way to what is older. */
export function Listed<Item>({
  of,
  none,
  children,
}: {
  of: Pages<Item>;
  none: string;
  children: (items: readonly Item[]) => ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  async function more(): Promise<void> {
    setBusy(true);
    await of.more?.().catch(complain);
    setBusy(false);
  }
  return (
    <Shown of={of}>
      {(items) => (
        <>
          {items.length === 0 ? <p class="soft">{none}</p> : children(items)}
          {of.more !== null && (
            <div class="row">
              <button type="button" disabled={busy} onClick={() => void more()}>
                {say('more')}
              </button>
            </div>
          )}
        </>
      )}
    </Shown>
  );
}
