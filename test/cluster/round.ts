/** One round: launchers play, faults strike, everything heals and ends; then what was told is held against what is. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { DEADLINE_MS, tokenOf, type Campaign } from './campaign.ts';
import type { Exchange } from './exchange.ts';
import { startAgain, type Fault } from './fault.ts';
import { verifyAvailability, type Episode } from './outage.ts';
import { Recorder } from './recorder.ts';
import { RecordingClient } from './recording-client.ts';
import { RoughLauncher } from './rough-launcher.ts';
import type { RoundHistory, Violation } from './round-history.ts';
import { countOpenSessions, readStoredPlaytime } from './stored-playtime.ts';
import { verify } from './verify.ts';
import type { PlaytimeStats } from '../../lib/contract/playtime.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';

export interface RoundPlan {
  readonly seed: number;
  readonly launchers: number;
  readonly faults: readonly (readonly Fault[])[];
}

export interface RoundResult {
  readonly history: RoundHistory;
  readonly episodes: readonly Episode[];
  readonly violations: readonly Violation[];
}

/** An episode is over when for this long after the repair nothing has failed, and nothing has waited, for an answer ... */
const CALM_MS = 1_500;
/** ... or after this long at most. */
const CALM_LIMIT_MS = 15_000;
/** Beside the time-outs that have to pass: for processes that have only just come back. */
const SETTLE_SPARE_MS = 30_000;

export async function playRound(campaign: Campaign, { seed, launchers, faults }: RoundPlan): Promise<RoundResult> {
  const { pace } = campaign;
  const recorder = new Recorder();
  // Every other user plays on two devices at once.
  const users = Array.from({ length: Math.ceil((launchers * 2) / 3) }, () => randomUUID());
  await campaign.grantGames(users);

  let stopped = false;
  const clients = await Promise.all(users.map((user) => clientOf(campaign, user, recorder)));
  const playing = Promise.all(
    Array.from({ length: launchers }, (_, at) => {
      const client = clients[at % clients.length];
      if (!client) throw new RangeError('there is no user');
      const random = new SeededRandom(seed * 1_000 + at);
      const { intervalMs } = pace;
      return new RoughLauncher({ client, random, games: campaign.games, intervalMs, stopped: () => stopped }).play();
    }),
  );
  await pass(pace.quietMs);
  const episodes = await strike(campaign, new SeededRandom(seed), faults, recorder);
  const crashes = await startCrashed(campaign);
  await pass(pace.quietMs);
  stopped = true;
  await playing;

  const leftovers = await settle(campaign, users);
  const history: RoundHistory = {
    rules: {
      maxGapMs: pace.maxGapSeconds * 1_000,
      sessionTimeoutMs: pace.sessionTimeoutSeconds * 1_000,
      deadlineMs: DEADLINE_MS,
    },
    exchanges: recorder.exchanges,
    stored: await readStoredPlaytime(campaign.cluster.servers.postgres.address, users),
    finalStats: await finalStatistics(campaign, users),
    epochs: campaign.epochs.take(),
    leftovers,
    crashes,
  };
  const felt = { episodes, exchanges: recorder.exchanges };
  return { history, episodes, violations: [...verify(history), ...verifyAvailability(felt)] };
}

async function clientOf({ balancer }: Campaign, user: string, recorder: Recorder): Promise<RecordingClient> {
  return new RecordingClient(balancer, user, await tokenOf(user), recorder);
}

async function strike(
  { cluster, wires }: Campaign,
  random: SeededRandom,
  faults: readonly (readonly Fault[])[],
  recorder: Recorder,
): Promise<readonly Episode[]> {
  const episodes: Episode[] = [];
  for (const together of faults) {
    const startedAt = Date.now();
    await Promise.all(together.map((fault) => fault.run({ cluster, wires, random })));
    const healedAt = Date.now();
    do await pass(CALM_MS);
    while (!recorder.calm(Date.now(), CALM_MS) && Date.now() < healedAt + CALM_LIMIT_MS);
    episodes.push({ kinds: together.map(({ kind }) => kind), startedAt, endedAt: Date.now() });
  }
  return episodes;
}

/** Waits until every session has ended and has left the checkpoint store. Resolves with what has not. */
async function settle({ pace, cluster, epochs }: Campaign, users: readonly string[]): Promise<readonly string[]> {
  const { sessionTimeoutSeconds, flushIntervalSeconds, lingerSeconds } = pace;
  const patience = (sessionTimeoutSeconds + flushIntervalSeconds + lingerSeconds) * 1_000 + SETTLE_SPARE_MS;
  const giveUpAt = Date.now() + patience;
  for (;;) {
    const open = await countOpenSessions(cluster.servers.postgres.address, users);
    const records = await epochs.records();
    if (open === 0 && records === 0) return [];
    if (Date.now() > giveUpAt) {
      return [`${open} sessions in PostgreSQL have no end, ${records} users are left in the checkpoint store`];
    }
    await pass(250);
  }
}

/** As a supervisor would. Resolves with what had ended by itself. */
async function startCrashed({ cluster }: Campaign): Promise<readonly string[]> {
  const nodes = [...cluster.nodes.values()];
  await Promise.all(nodes.filter((node) => !node.running).map(startAgain));
  return nodes.flatMap((node) => node.takeCrashes());
}

/** What the service reports when all is over, apart from the history. */
async function finalStatistics(
  campaign: Campaign,
  users: readonly string[],
): Promise<ReadonlyMap<string, PlaytimeStats>> {
  const answers = new Map<string, PlaytimeStats>();
  const apart = new Recorder();
  for (const user of users) {
    const client = await clientOf(campaign, user, apart);
    const { reply } = await client.stats();
    if (reply !== null) answers.set(user, reply);
  }
  return answers;
}

export function acknowledgedBeats(exchanges: readonly Exchange[]): number {
  return exchanges.filter(({ op, reply }) => (op === 'heartbeat' || op === 'end') && reply !== null).length;
}
