import { useState } from 'preact/hooks';
import { go } from '../../common/route.ts';
import { Ask } from '../../common/ui/dialog.tsx';
import { notify } from '../../common/ui/notices.tsx';
import { api } from '../session.ts';
import { say } from '../words.ts';

/** Erasing takes everything, and the audit log of the user with it: the id is typed, not clicked. */
export function AskErase({ userId, onClose }: { userId: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  async function act(): Promise<void> {
    if (typed.trim().toLowerCase() !== userId) throw new Error(say('erase_other'));
    await api.call({ method: 'DELETE', path: `/admin/users/${userId}` });
    notify('good', say('erased', { id: userId }));
    go('users');
  }
  return (
    <Ask title={say('erase_title')} action={say('erase')} harm onAct={act} onClose={onClose}>
      <p>{say('erase_words')}</p>
      <p class="mono breaks">{userId}</p>
      <label class="field">
        {say('erase_type')}
        <input
          class="mono"
          name="id"
          required
          autocomplete="off"
          spellcheck={false}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
    </Ask>
  );
}
