import { describe, expect, it } from '@jest/globals';
import { RequestFailed } from '../../../../scripts/client/library-client.ts';
import { retried, TransferFailed, type RetryRules } from '../../../../scripts/save-sync/retry.ts';

function attempts(failures: readonly Error[], rules: Partial<RetryRules> = {}) {
  const pauses: number[] = [];
  const told: Error[] = [];
  let attempt = 0;
  const result = retried(
    async () => {
      const failure = failures[(attempt += 1) - 1];
      if (failure !== undefined) throw failure;
      return `attempt ${attempt}`;
    },
    {
      retries: 2,
      firstPauseMs: 0,
      maxPauseMs: 0,
      signal: new AbortController().signal,
      onRetry: (error) => void told.push(error),
      pause: async (ms) => void pauses.push(ms),
      ...rules,
    },
  );
  return { result, pauses, told };
}

const noAnswer = new RequestFailed(0, 'NO_ANSWER', 'connection refused');
const busy = new RequestFailed(503, 'UNAVAILABLE', 'busy', { retryAfterMs: 3_000 });

describe('what failed for a reason that passes', () => {
  it('is done again, after each reason was told', async () => {
    const broken = new TransferFailed('broke', true);
    const { result, told } = attempts([noAnswer, broken]);
    expect(await result).toBe('attempt 3');
    expect(told).toEqual([noAnswer, broken]);
  });

  it('waits as long as the service asked for', async () => {
    const { result, pauses } = attempts([busy, noAnswer]);
    await result;
    expect(pauses).toEqual([3_000]);
  });

  it('fails with the last reason when it does not pass', async () => {
    const { result, told } = attempts([noAnswer, noAnswer, busy]);
    await expect(result).rejects.toBe(busy);
    expect(told).toHaveLength(2);
  });

  it.each([
    new RequestFailed(409, 'SAVEGAME_CONFLICT', 'moved'),
    new RequestFailed(403, 'QUOTA_EXCEEDED', 'full'),
    new TransferFailed('wrong bytes', false),
    new Error('no space left on device'),
  ])('is not done again for %s', async (error) => {
    const { result, told } = attempts([error]);
    await expect(result).rejects.toBe(error);
    expect(told).toEqual([]);
  });

  it('is given up at a signal, also during a pause', async () => {
    const interrupted = new AbortController();
    const { result } = attempts([busy], {
      signal: interrupted.signal,
      pause: async () => interrupted.abort(new Error('interrupted')),
    });
    await expect(result).rejects.toThrow('interrupted');
  });
});
