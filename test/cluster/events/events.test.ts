/**
 * A short form of `npm run check:events`, with fixed seeds: real processes and servers, started for it alone, since they
 * are going to be killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startBridgeRig, type BridgeRig } from './bridge-rig.ts';
import { runFlood } from './flood-run.ts';
import { runOutbox } from './outbox-run.ts';
import { describeWithPrivateServer, describeWithServers } from '../../servers.ts';

const START_LIMIT_MS = 90_000;
const RUN_LIMIT_MS = 180_000;

describeWithPrivateServer('Kafka', 'the bridge to Kafka, on real processes', () => {
  describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'and servers', () => {
    let folder: string;
    let rig: BridgeRig;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'library-events-'));
      rig = await startBridgeRig(join(folder, 'nodes.log'));
    }, START_LIMIT_MS);
    afterAll(async () => {
      await rig.stop();
      rmSync(folder, { recursive: true });
    }, START_LIMIT_MS);

    it(
      'takes in each event once in effect and buries all poison, however often it is killed',
      async () => {
        const report = await runFlood(rig, { seed: 7, events: 2_000, kills: 2 });
        expect(report.violations).toEqual([]);
        expect(report.poison).toBeGreaterThan(10);
        expect(report.duplicates).toBeGreaterThan(10);
        expect(report.erased).toBeGreaterThan(2);
      },
      RUN_LIMIT_MS,
    );

    // Behind the flood, whose topics must hold nothing else: this one looks at a topic of its own.
    it(
      'tells every event in order, killed amid batches and while Kafka is away',
      async () => {
        const report = await runOutbox(rig, { seed: 7, kills: 1, outageSeconds: 4, rate: 1_000 });
        expect(report.violations).toEqual([]);
        expect(report.backlogPeak).toBeGreaterThan(1_000);
      },
      RUN_LIMIT_MS,
    );
  });
});
