import { Cluster } from './cluster.ts';
import type { CopyEvents } from './copy-oracle.ts';
import { FAULTS, heal } from './faults.ts';
import { keyOf, Launcher, type Lenders } from './launcher.ts';

const USERS = 4;
const PLAY_MS = 40_000;
const AFTERMATH_MS = 6_000;
const PATIENCE_MS = 90_000;
const STEP_MS = 2_000;

export interface History {
  /** Nothing if all is well. */
  readonly violations: readonly string[];
  /** What happened to copies that were lent. */
  readonly seen: CopyEvents;
}

/**
 * One history: a cluster, its launchers and a handful of faults, all drawn from the seed; then everything heals, and
 * has time to come to rest.
 */
export async function runHistory(seed: number, log: (line: () => string) => void = () => undefined): Promise<History> {
  const cluster = new Cluster(seed, log);
  const { random, time, oracle, store, nodes } = cluster;
  for (let gateway = 0; gateway < 2; gateway += 1) cluster.addGateway();
  const engines = random.between(2, 3);
  for (let node = 0; node < engines; node += 1) cluster.startNode(`engine-${node}`);
  cluster.announce(0);

  const launchers = startLaunchers(cluster);
  for (let fault = random.between(1, 6); fault > 0; fault -= 1) {
    time.after(random.between(1_000, PLAY_MS), () => random.pick(FAULTS)(cluster));
  }
  await time.advance(PLAY_MS);
  heal(cluster);
  await time.advance(AFTERMATH_MS);
  heal(cluster); // faults that began late have ended by themselves, but nodes may have died
  for (const launcher of launchers) launcher.stop();

  const atRest = (): boolean =>
    store.records === 0 &&
    [...nodes.values()].every(({ host }) => host.stats().users === 0 && host.stats().flush.users === 0);
  for (let waited = 0; waited < PATIENCE_MS && oracle.violations.length === 0 && !atRest(); waited += STEP_MS) {
    await time.advance(STEP_MS);
  }
  const { seen } = oracle.copies;
  if (oracle.violations.length > 0) return { violations: oracle.violations, seen };
  if (!atRest()) oracle.violation(`O8: ${store.records} users are still checkpointed, long after the last beat`);
  await time.advance(STEP_MS);
  return { violations: [...oracle.violations, ...oracle.unfinished()], seen };
}

const GAMES = ['game A', 'game B', 'game C'].map(keyOf);
const LENT = keyOf('game A');
const NOBODY: Lenders = new Map();

/**
 * Users 0 and 1 own every game. In most histories the others borrow game A of user 0, now and then of user 1 too, and play
 * it most: so owners play beside borrowers, borrowers wait for each other, and a borrower has two owners to ask.
 */
function startLaunchers(cluster: Cluster): Launcher[] {
  const { random } = cluster;
  const owners = random.chance(0.3) ? ['user 0', 'user 1'] : ['user 0'];
  const lenders = random.chance(0.6) ? new Map([[LENT, owners.map(keyOf)]]) : NOBODY;
  const launchers: Launcher[] = [];
  for (let user = 0; user < USERS; user += 1) {
    const borrows = user >= 2 && lenders !== NOBODY;
    const games = borrows ? [...GAMES, LENT, LENT, LENT] : GAMES;
    const devices = random.chance(0.4) ? 2 : 1;
    for (let device = 0; device < devices; device += 1) {
      const from = borrows ? lenders : NOBODY;
      launchers.push(new Launcher(cluster, keyOf(`user ${user}`), `device ${device}`, games, from));
    }
  }
  for (const launcher of launchers) void launcher.run();
  return launchers;
}
