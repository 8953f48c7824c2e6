/**
 * Heartbeats of one session, from a process of their own (`fork`): the one that sends and compares large saves is busy
 * itself. Told where and as whom, then `begin` and `end` in turns; each `end` is answered with what was felt in between.
 */
import { randomUUID } from 'node:crypto';
import { build } from 'hdr-histogram-js';
import { LibraryClient } from '../../scripts/client/library-client.ts';

export interface BeatOrder {
  readonly url: string;
  readonly token: string;
  readonly gameId: string;
}

/** Times in ms. */
export interface BeatReport {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A beat goes out when the one before is answered, but no more often than this. */
const BEAT_EVERY_MS = 20;

process.once('message', (order: BeatOrder) => void run(order));
process.once('disconnect', () => process.exit(0));

async function run({ url, token, gameId }: BeatOrder): Promise<void> {
  const client = new LibraryClient(() => url, token);
  const { session_id } = await client.start({ game_id: gameId, device_id: randomUUID() });
  let seq = 0;
  let histogram = build();
  process.on('message', (message: 'begin' | 'end') => {
    if (message === 'begin') histogram = build();
    else process.send?.(reportOf(histogram));
  });
  process.send?.('ready');
  while (process.connected) {
    const pause = new Promise((resolve) => setTimeout(resolve, BEAT_EVERY_MS));
    const into = histogram;
    const sentAt = performance.now();
    seq += 1;
    await client.heartbeat({ session_id, seq });
    into.recordValue(Math.round((performance.now() - sentAt) * 1000));
    await pause;
  }
}

function reportOf(histogram: ReturnType<typeof build>): BeatReport {
  const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return { count: histogram.totalCount, p50: ms(50), p99: ms(99), max: histogram.maxValue / 1000 };
}
