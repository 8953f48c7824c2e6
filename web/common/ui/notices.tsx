import { signal } from '@preact/signals';
import { say } from '../words.ts';
import { wordsOf } from './dialog.tsx';

interface Notice {
  readonly id: number;
  readonly kind: 'good' | 'plain' | 'bad';
  readonly text: string;
}

const SHOWN_MS = 8_000;
const MOST = 5;
const notices = signal<readonly Notice[]>([]);
let last = 0;

/** Tells something in passing; what is bad stays until it is dismissed. */
export function notify(kind: Notice['kind'], text: string): void {
  const id = (last += 1);
  notices.value = [...notices.value, { id, kind, text }].slice(-MOST);
  if (kind !== 'bad') setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Tells why something could not be done. */
export function complain(error: unknown): void {
  notify('bad', wordsOf(error));
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Where notices appear; once a page. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind} row spread`}>
          <span>{text}</span>
          <button type="button" class="plain" aria-label={say('dismiss')} onClick={() => dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
