/**
 * A short form of `npm run check:history`, with fixed seeds: real processes, real servers, real faults. What it needs is
 * started for it alone, since it is going to be killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Campaign } from './campaign.ts';
import { planFaults } from './fault-plan.ts';
import type { Fault } from './fault.ts';
import { BRISK } from './pace.ts';
import { RESTART_ENGINES } from './process-faults.ts';
import { acknowledgedBeats, playRound } from './round.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { describeWithServers } from '../servers.ts';

const START_LIMIT_MS = 90_000;
const ROUND_LIMIT_MS = 120_000;
const LAUNCHERS = 24;

describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'launchers on a cluster of real processes', () => {
  let folder: string;
  let campaign: Campaign;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'library-history-'));
    campaign = await Campaign.start({ engines: 3, gateways: 2, pace: BRISK, logFile: join(folder, 'cluster.log') });
  }, START_LIMIT_MS);
  afterAll(async () => {
    await campaign.stop();
    rmSync(folder, { recursive: true });
  }, START_LIMIT_MS);

  async function judge(seed: number, faults: readonly (readonly Fault[])[]): Promise<void> {
    const { violations, history } = await playRound(campaign, { seed, launchers: LAUNCHERS, faults });
    expect(violations).toEqual([]);
    expect(acknowledgedBeats(history.exchanges)).toBeGreaterThan(100);
  }

  // The first fault of each is told by the seed: an engine is killed, and Redis is killed.
  it.each([0, 13])(
    'lose nothing and count nothing twice, whatever breaks (seed %d)',
    (seed) => judge(seed, planFaults(seed, new SeededRandom(seed), BRISK.episodes)),
    ROUND_LIMIT_MS,
  );

  it('notice nothing of a rolling restart of the engines', () => judge(100, [[RESTART_ENGINES]]), ROUND_LIMIT_MS);
});
