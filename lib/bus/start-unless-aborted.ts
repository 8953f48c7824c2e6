/**
 * Starts a member of a group, which may take as long as the bus is away, unless `signal` says that nobody wants it any
 * more: then it is stopped, and the reason thrown.
 */
export async function startUnlessAborted(
  member: { start(): Promise<void> },
  stop: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stops: Promise<void>[] = [];
  const onAbort = () => {
    stops.push(stop());
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    await member.start();
    await Promise.all(stops);
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
