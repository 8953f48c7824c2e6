import type { HostOptions } from '../actors/host-options.ts';
import type { RegionOptions } from '../actors/shard-region.ts';
import type { Config } from '../lib/config/config.ts';

/** How this product tunes its engine nodes; what an installation may want to change comes from the configuration. */
export function hostOptions({ node, engine, family }: Config): HostOptions {
  return {
    node: node.id,
    shards: engine.shards,
    rules: {
      maxGapMs: engine.maxGapSeconds * 1_000,
      sessionTimeoutMs: engine.sessionTimeoutSeconds * 1_000,
      maxLiveGames: 4,
      maxHeldSessions: 32,
      lingerMs: engine.lingerSeconds * 1_000,
      graceMs: family.graceSeconds * 1_000,
      copyMarginMs: 5_000,
    },
    flushIntervalMs: engine.flushIntervalSeconds * 1_000,
    flush: { batch: 500, gatherMs: 100, maxBackoffMs: 10_000, random: Math.random },
    mailboxPerUser: 32,
    mailboxPerShard: 2_000,
    parallelAcquires: 16,
    acquireRetryMs: 200,
    eagerDelayMs: 500,
    fenceCooldownMs: 1_000,
    guestMs: 10_000,
    sealMs: 2_000,
    snapshotHoldMs: engine.snapshotHoldSeconds * 1_000,
    commitRetryMs: 100,
    random: Math.random,
  };
}

export function regionOptions({ engine }: Config): RegionOptions {
  return {
    shards: engine.shards,
    window: 4,
    batch: 500,
    queuePerNode: 20_000,
    queuePerShard: 2_000,
    // Well above the slowest healthy answer, well below the deadline: two attempts reveal a dead node, the third is
    // answered by another.
    attemptMs: 1_000,
    strikes: 2,
    suspectMs: 5_000,
    loadingPollMs: 25,
    random: Math.random,
  };
}
