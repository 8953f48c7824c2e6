import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../actors/envelope.ts';
import { shardOf } from '../../../actors/placement.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { keyToUuid } from '../../../lib/uuid.ts';
import { TurnSampler } from '../../../services/turn-sampler.ts';
import { beatOf, startOf } from '../actors/test-bed.ts';
import { key } from '../actors/play.ts';

const SHARDS = 16;
const ANSWERS: readonly Answer[] = [];

describe('a sample of what an engine is asked', () => {
  let now: number;
  let ring: () => void;
  let sampler: TurnSampler;

  beforeEach(() => {
    now = 5_000;
    const clock: Clock = {
      now: () => now,
      after: (_ms, callback) => {
        ring = callback;
        return () => undefined;
      },
    };
    sampler = new TurnSampler({ shards: () => [] }, SHARDS, clock);
  });

  const deliver = async (user: string, beats: number, ms: number): Promise<void> => {
    const envelopes = [startOf('s'), ...Array.from({ length: beats }, (_, n) => beatOf('s', n + 1))].map((command) => ({
      user: key(user),
      command,
      deadline: now + 1_000,
    }));
    const answering = Promise.withResolvers<readonly Answer[]>();
    const watched = sampler.watched(envelopes, answering.promise);
    now += ms;
    answering.resolve(ANSWERS);
    expect(await watched).toBe(ANSWERS);
  };

  it('counts turns and heartbeats by shard and user, and how long their answers took', async () => {
    const taken = sampler.sample(1_000);
    await deliver('busy', 4, 100);
    await deliver('calm', 1, 2);
    now = 6_000;
    ring();
    const sample = await taken;
    expect(sample).toMatchObject({ ms: 1_000, turns: 7, heartbeats: 5, queue: 0 });
    expect(sample.p50Ms).toBeGreaterThanOrEqual(99);
    expect(sample.users).toEqual([
      { id: keyToUuid(key('busy')), turns: 5, heartbeats: 4 },
      { id: keyToUuid(key('calm')), turns: 2, heartbeats: 1 },
    ]);
    expect(sample.shards[0]).toMatchObject({ id: String(shardOf(key('busy'), SHARDS)) });
  });

  it('is shared by those who ask at the same time, and counts nothing when nobody does', async () => {
    const answering = Promise.resolve(ANSWERS);
    expect(sampler.watched([], answering)).toBe(answering);
    const [first, second] = [sampler.sample(1_000), sampler.sample(500)];
    now += 1_000;
    ring();
    expect(await first).toBe(await second);
    expect(await first).toMatchObject({ turns: 0, p50Ms: null, p99Ms: null });
    expect(sampler.watched([], answering)).toBe(answering);
  });
});
