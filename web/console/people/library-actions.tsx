import { useState } from 'preact/hooks';
import type { GrantBody, GrantReply } from '../../../lib/contract/admin.ts';
import type { CatalogPage } from '../../../lib/contract/catalog-search.ts';
import type { LibraryItem } from '../../../lib/contract/library.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { notify } from '../../common/ui/notices.tsx';
import { Shown, useLoaded } from '../parts/loaded.tsx';
import { read } from '../parts/pages.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';

interface ActionProps {
  readonly userId: string;
  readonly onChanged: (action: string) => void;
  readonly onClose: () => void;
}

export function AskRevoke({ userId, game, onChanged, onClose }: ActionProps & { game: LibraryItem }) {
  async function act(): Promise<void> {
    await api.call({ method: 'DELETE', path: `/admin/users/${userId}/games/${game.game_id}` });
    onChanged('library.revoked');
  }
  return (
    <Ask title={say('revoke_title', { title: game.title })} action={say('revoke')} harm onAct={act} onClose={onClose}>
      <p>{say('revoke_words')}</p>
    </Ask>
  );
}

const SOURCES = ['gift', 'purchase', 'subscription'] as const satisfies readonly GrantBody['source'][];

export function AskGrant({ userId, onChanged, onClose }: ActionProps) {
  const [part, setPart] = useState('');
  const found = useLoaded(part, () =>
    read<CatalogPage>('/admin/catalog/games', { limit: 20, ...(part === '' ? {} : { q: part }) }),
  );
  async function act(form: FormData): Promise<void> {
    const body = { game_id: form.get('game') as string, source: form.get('source') as GrantBody['source'] };
    const { created } = await api.call<GrantReply>({ method: 'POST', path: `/admin/users/${userId}/games`, body });
    if (created) onChanged('library.granted');
    else notify('plain', say('grant_had'));
  }
  return (
    <Ask title={say('grant_title')} action={say('grant')} onAct={act} onClose={onClose}>
      <label class="field">
        {say('grant_search')}
        <input
          type="search"
          maxLength={100}
          value={part}
          autocomplete="off"
          onInput={(event) => setPart(event.currentTarget.value.trim())}
        />
      </label>
      <Shown of={found}>
        {({ items }) => (
          <label class="field">
            {say('game')}
            <select name="game" required>
              {items.map(({ game_id: id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
            {items.length === 0 && <span class="soft">{say('grant_none')}</span>}
          </label>
        )}
      </Shown>
      <label class="field">
        {say('source')}
        <select name="source" required>
          {SOURCES.map((source) => (
            <option key={source} value={source}>
              {say(`source_${source}`)}
            </option>
          ))}
        </select>
      </label>
    </Ask>
  );
}
