/** One flood through a bridge that is killed again and again. */
import { setTimeout as pause } from 'node:timers/promises';
import { GROUP, type BridgeRig } from './bridge-rig.ts';
import { makeFlood, type Flood } from './flood.ts';
import { outcomeOf, seedTitle } from './flood-model.ts';
import { observe } from './flood-observed.ts';
import { backlogOf, takenIn, until } from './progress.ts';
import { verifyFlood, type FloodViolation } from './verify-flood.ts';
import { CONSUMED_TOPICS } from '../../../lib/contract/events/consumed.ts';
import type { Database } from '../../../lib/db/database.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { addWish } from '../../../lib/wishlist/change-wishes.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';

export interface FloodOptions {
  readonly seed: number;
  /** How many messages are published. */
  readonly events: number;
  /** How often a bridge is killed on the way. */
  readonly kills: number;
  /** Told as it goes: at how many events taken in the bridge was killed. */
  readonly onKill?: (taken: number) => void;
}

export interface FloodReport {
  readonly violations: readonly FloodViolation[];
  readonly messages: number;
  readonly users: number;
  readonly erased: number;
  readonly duplicates: number;
  readonly poison: number;
  /** Dead letters in the topics: repetitions after a kill among them. */
  readonly deadLetters: number;
  /** Messages of ours on the topics, and how many events they are. */
  readonly toldMessages: number;
  readonly told: number;
  /** How many events were taken in when the bridge was killed. */
  readonly killedAt: readonly number[];
  /** From the first message published to nothing under way, and the part of it in which no bridge was up. */
  readonly tookMs: number;
  readonly downMs: number;
}

const PUBLISH_AT_ONCE = 200;

/** Publishes the flood, kills the bridge meanwhile, waits until all is taken in and told, and judges. */
export async function runFlood(rig: BridgeRig, options: FloodOptions): Promise<FloodReport> {
  const random = new SeededRandom(options.seed);
  const flood = makeFlood(options.events, random);
  const expected = outcomeOf(flood);
  await prepare(rig.database, flood);
  const began = Date.now();
  const publishing = publish(rig, flood);
  const killing = killAgainAndAgain(rig, options, random);
  const [, { killedAt, downMs }] = await Promise.all([publishing, killing]);
  await settled(rig);
  const tookMs = Date.now() - began;
  const observed = await observe(rig, flood, expected.erased);
  return {
    violations: verifyFlood(flood, expected, observed),
    messages: flood.messages.length,
    users: flood.users.length,
    erased: expected.erased.size,
    duplicates: flood.duplicates,
    poison: flood.poison.length,
    deadLetters: observed.deadLetters.length,
    toldMessages: observed.told.length,
    told: new Set(observed.told.map(({ value }) => value)).size,
    killedAt,
    tookMs,
    downMs,
  };
}

async function prepare({ db }: Database, { games, wishes }: Flood): Promise<void> {
  for (const game of games) await putGame(db, game, { title: seedTitle(game) }, Date.now());
  for (const [userId, game_id] of wishes) await addWish({ db, userId, now: Date.now() }, { game_id });
}

async function publish({ bus }: BridgeRig, { messages }: Flood): Promise<void> {
  for (let at = 0; at < messages.length; at += PUBLISH_AT_ONCE) {
    await bus.publish(messages.slice(at, at + PUBLISH_AT_ONCE).map(({ message }) => message));
  }
}

/** Each kill strikes while work is being done: by how much is done, which is told by the seed. */
async function killAgainAndAgain({ database, bridges }: BridgeRig, options: FloodOptions, random: SeededRandom) {
  const { events, kills, onKill } = options;
  const share = (0.9 * events) / kills;
  const killedAt: number[] = [];
  let downMs = 0;
  for (let n = 0; n < kills; n += 1) {
    const due = Math.round(share * (n + 0.2 + 0.8 * random.next()));
    await until(
      async () => (await takenIn(database)) >= due,
      () => takenIn(database),
    );
    const bridge = random.pick(bridges);
    await pause(random.between(0, 50));
    await bridge.kill();
    const down = Date.now();
    killedAt.push(await takenIn(database));
    onKill?.(killedAt.at(-1) ?? 0);
    await bridge.start();
    downMs += Date.now() - down;
  }
  return { killedAt, downMs };
}

/** Resolves when everything published is taken in, and everything that follows from it is told. */
async function settled({ database, bus }: BridgeRig): Promise<void> {
  const behind = async () => (await bus.lag(GROUP, CONSUMED_TOPICS)).reduce((sum, { lag }) => sum + lag, 0);
  await until(
    async () => (await behind()) === 0,
    async () => `${await behind()} ${await takenIn(database)}`,
    200,
  );
  await until(
    async () => (await backlogOf(database)) === 0,
    () => backlogOf(database),
  );
}
