/** What is read from the service once, and again when somebody asks for it. */
import './parts.css';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from '../../common/ui/dialog.tsx';
import { say as common } from '../../common/words.ts';

export interface Loaded<Value> {
  /** Null: not yet. What was there stays while it is read again. */
  readonly value: Value | null;
  readonly error: unknown;
  readonly loading: boolean;
  readonly again: () => void;
}

/** @param key names what is read: another one forgets what was there */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [kept, setKept] = useState<{ key: string; value: Value | null; error: unknown; loading: boolean }>();
  const asked = useRef(0);
  const again = useCallback(() => {
    const turn = (asked.current += 1);
    // An answer that was overtaken by another question is nobody's.
    const isLast = () => asked.current === turn;
    setKept((before) => ({ key, value: before?.key === key ? before.value : null, error: null, loading: true }));
    load().then(
      (value) => isLast() && setKept({ key, value, error: null, loading: false }),
      (error: unknown) =>
        isLast() && setKept((before) => ({ key, value: before?.value ?? null, error, loading: false })),
    );
  }, [key]);
  useEffect(() => {
    again();
    return () => void (asked.current += 1);
  }, [again]);
  if (kept?.key !== key) return { value: null, error: null, loading: true, again };
  return { ...kept, again };
}

/** What there is of it, or why there is nothing. */
export function Shown<Value>({
  of: { value, error, loading, again },
  children,
}: {
  of: Loaded<Value>;
  children: (value: Value) => ComponentChildren;
}) {
  return (
    <>
      {error !== null && (
        <div class="row" role="alert">
          <span class="bad">{wordsOf(error)}</span>
          <button type="button" onClick={again}>
            {common('retry')}
          </button>
        </div>
      )}
      {value === null && loading && <p class="soft">{common('loading')}</p>}
      {value !== null && children(value)}
    </>
  );
}
