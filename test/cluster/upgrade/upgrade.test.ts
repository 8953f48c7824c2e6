/**
 * A rolling upgrade to a release that changes the schema, the checkpoints, the wire and the commands of actors, back again
 * and forward, under the load of the history checker: nobody may notice.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CheckpointVersions } from './checkpoint-versions.ts';
import { makeNextRelease } from './next-release.ts';
import { ALL, migrate, ONE_ENGINE, roll, SOME, wait } from './upgrade.ts';
import { Campaign } from '../campaign.ts';
import { isUnknown } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { BRISK } from '../pace.ts';
import { acknowledgedBeats, playRound } from '../round.ts';
import { describeWithServers } from '../../servers.ts';

const START_LIMIT_MS = 120_000;
const ROUND_LIMIT_MS = 540_000;
const LAUNCHERS = 24;
const NEWER = 3;

describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'a rolling upgrade', () => {
  let folder: string;
  let next: string;
  let campaign: Campaign;
  let versions: CheckpointVersions;
  const log = (): string => readFileSync(join(folder, 'cluster.log'), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'library-upgrade-'));
    next = await makeNextRelease();
    const logFile = join(folder, 'cluster.log');
    const env = { SNAPSHOT_HOLD_SECONDS: '3' };
    campaign = await Campaign.start({ engines: 3, gateways: 2, domains: 2, pace: BRISK, logFile, env });
    versions = new CheckpointVersions(campaign.cluster.servers.redis.address);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await versions.close();
    await campaign.stop();
    for (const made of [folder, next]) rmSync(made, { recursive: true });
  }, START_LIMIT_MS);

  it(
    'is not noticed by anybody, nor is the way back, half way and at the end',
    async () => {
      const seen: Record<string, readonly number[]> = {};
      /** Takes down which versions of checkpoints there were while it ran. */
      const noting = (fault: Fault): readonly Fault[] => [
        {
          ...fault,
          async run(site) {
            versions.take();
            await fault.run(site);
            seen[fault.kind] = [...versions.take()].sort();
          },
        },
      ];
      const newer = async (): Promise<number> => (await versions.count()).get(NEWER) ?? 0;
      const { history, violations, episodes } = await playRound(campaign, {
        seed: 1,
        launchers: LAUNCHERS,
        faults: [
          migrate(next),
          roll('some nodes go forward', SOME, next),
          roll('they go back', SOME),
          roll('all go forward', ALL, next),
          wait('the newer checkpoints are written', async () => (await newer()) > 0),
          roll('one engine goes back', ONE_ENGINE),
          wait('only checkpoints that it reads are left', async () => (await newer()) === 0),
          roll('it goes forward again', ONE_ENGINE, next),
        ].map(noting),
      });
      expect(history.exchanges.filter(isUnknown)).toEqual([]);
      expect(violations).toEqual([]);
      expect(acknowledgedBeats(history.exchanges)).toBeGreaterThan(1_000);
      expect(episodes).toHaveLength(8);

      // While one engine reads no more than the older version, nobody writes the newer one.
      expect(seen['some nodes go forward']).not.toContain(NEWER);
      expect(seen['they go back']).not.toContain(NEWER);
      const told = log();
      expect(told).toContain('next release: a batch in wire version 2');
      expect(told).toContain('next release: a batch in wire version 3');
      expect(told).toContain('next release: count_beats was answered with: beats');
      expect(told).toContain('this engine does not know the command count_beats');
      expect(told).not.toContain('a batch has wire version');
    },
    ROUND_LIMIT_MS,
  );
});
