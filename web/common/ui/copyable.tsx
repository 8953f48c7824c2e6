import { useState } from 'preact/hooks';
import { say } from '../words.ts';

const TOLD_MS = 2_000;

/** A text to be read and taken along. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), TOLD_MS);
  }
  return (
    <div class="copyable">
      <div class="row spread">
        <span class="soft">{label}</span>
        <button type="button" onClick={() => void copy()}>
          <span aria-live="polite">{copied ? say('copied') : say('copy')}</span>
        </button>
      </div>
      <pre class="code" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
