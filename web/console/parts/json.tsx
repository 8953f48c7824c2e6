/** What a program wrote, for people to read: pretty where it is JSON, as it came where it is not. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <pre class="code payload" tabIndex={0} role="region" aria-label={label}>
      {typeof value === 'string' ? pretty(value) : JSON.stringify(value, null, 2)}
    </pre>
  );
}

function pretty(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

/** Undefined: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
