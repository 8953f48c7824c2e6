import { to } from '../../common/route.ts';
import { notify, complain } from '../../common/ui/notices.tsx';
import { say as common } from '../../common/words.ts';
import { say } from '../words.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Its end: ids that were made one after the other begin alike. */
export function shortOf(id: string): string {
  return `…${id.slice(-8)}`;
}

/** An id: short to look at, whole to take along. */
export function Id({ id }: { id: string }) {
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(id);
    notify('good', `${common('copied')}: ${id}`);
  }
  return (
    <button type="button" class="id mono" title={id} onClick={() => void copy().catch(complain)}>
      {shortOf(id)}
      <span class="unseen"> {say('copy_id', { id })}</span>
    </button>
  );
}

/** A user, and the way to what there is of them. */
export function UserLink({ id }: { id: string }) {
  return (
    <a class="mono" href={to('users', id)} title={id}>
      {shortOf(id)}
      <span class="unseen"> {say('open_user', { id })}</span>
    </a>
  );
}
