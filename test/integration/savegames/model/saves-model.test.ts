import { inspect } from 'node:util';
import fc from 'fast-check';
import { beforeAll, expect, it } from '@jest/globals';
import { newPlayer, type Player, GAME } from '../../../player.ts';
import { onEachDatabase } from '../../../databases.ts';
import { clearSaves } from '../sweep/sweep-bench.ts';
import { actions, type Action } from './action.ts';
import { walk } from './walk.ts';

const RUNS = Number(process.env['SAVES_MODEL_RUNS'] ?? 25);
const STEPS = Number(process.env['SAVES_MODEL_STEPS'] ?? 60);
/** As a failure names them. */
const { SAVES_MODEL_SEED: SEED, SAVES_MODEL_PATH: PATH } = process.env;
/** No new run begins after it. */
const BUDGET_MS = Number(process.env['SAVES_MODEL_MS'] ?? 15_000);

onEachDatabase('cloud saves and a plain model of them', (database) => {
  let player: Player;
  beforeAll(async () => {
    player = await newPlayer(database());
  });

  it(
    'agree after every step of devices that play offline, meet, crash, decide, delete and wait',
    async () => {
      const property = fc.asyncProperty(actions(STEPS), async (steps) => {
        const { db } = database();
        await clearSaves(db);
        await db.deleteFrom('outbox_events').execute();
        await walk(database(), { userId: player.userId, gameId: GAME }, steps);
      });
      const details = await fc.check(property, {
        numRuns: RUNS,
        interruptAfterTimeLimit: BUDGET_MS,
        markInterruptAsFailure: false,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(PATH === undefined ? {} : { path: PATH, endOnFailure: true }),
      });
      if (details.failed) throw new Error(reportOf(details));
      expect(details.numRuns).toBeGreaterThan(0);
    },
    BUDGET_MS * 20 + 60_000,
  );
});

/** Seed, the shortest sequence that was found, and in what the two differ after it. */
function reportOf(details: fc.RunDetails<[readonly Action[]]>): string {
  const { errorInstance } = details;
  const several = errorInstance instanceof AggregateError ? (errorInstance.errors as readonly unknown[]) : [];
  return [fc.defaultReportMessage(details), inspect(errorInstance), ...several.map((error) => inspect(error))].join(
    '\n',
  );
}
