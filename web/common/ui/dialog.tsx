import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Refused } from '../api.ts';
import { say } from '../words.ts';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser's own, with its focus trap and its Escape. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Passive effects are cleaned up after the next paint: for a moment the focus would be nowhere.
  useLayoutEffect(() => {
    const [dialog, before] = [element.current, document.activeElement];
    dialog?.showModal();
    return () => {
      dialog?.close();
      // Taken away, and not only closed, it gives the focus back to nobody.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}

export interface AskProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly action: string;
  /** It cannot be undone, or somebody notices. */
  readonly harm?: boolean;
  /** Closes when it resolves; shows why when it rejects, and stays. */
  readonly onAct: (form: FormData) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Asks before something is done; fields among the children are given to `onAct`. */
export function Ask({ title, action, harm, onAct, onClose, children }: AskProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  async function act(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await onAct(new FormData(event.currentTarget as HTMLFormElement));
      onClose();
    } catch (error) {
      setFailure(wordsOf(error));
      setBusy(false);
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void act(event)}>
        {children}
        {failure !== null && (
          <p class="bad" role="alert">
            {failure}
          </p>
        )}
        <div class="row">
          <button type="submit" class={harm === true ? 'harm' : 'main'} disabled={busy}>
            {action}
          </button>
          <button type="button" onClick={onClose}>
            {say('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** An error in words for people, with the code that the documentation explains. */
export function wordsOf(error: unknown): string {
  if (error instanceof Refused) return error.status === 0 ? say('unreachable') : `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
