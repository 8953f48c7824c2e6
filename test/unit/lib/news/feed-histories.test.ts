import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedLauncher } from './simulated-launcher.ts';
import { shardOf, SimulatedNewsroom } from './simulated-newsroom.ts';
import { TOTAL_EVERY_MS } from '../../../../lib/news/line.ts';
import type { News } from '../../../../lib/ports/news.ts';
import { uuidToKey } from '../../../../lib/uuid.ts';

const USERS = [1, 2].map((n) => uuidToKey(`0198f2b4-0a00-7000-8000-00000000000${n}`)!);
const GAMES = ['game-a', 'game-b', 'game-c'];
const GATEWAYS = ['gateway-0', 'gateway-1'];
/** So few others that no total is sent on its way before its minute (MAX_BEYOND). */
const MAX_OTHERS = 8;

const chance = fc.constantFrom(0, 0.3, 1);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('other' as const), user: fc.nat(1), carriedAfter: fc.nat(400) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('total' as const),
      user: fc.nat(1),
      game: fc.nat(2),
      carriedAfter: fc.nat(400),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const), launcher: fc.nat(3), gateway: fc.nat(1) }) },
  fc.record({ do: fc.constant('break' as const), launcher: fc.nat(3) }),
  fc.record({ do: fc.constant('move' as const), user: fc.nat(1), announced: fc.boolean() }),
  fc.record({ do: fc.constant('die' as const), gateway: fc.nat(1) }),
  fc.record({ do: fc.constant('repeat' as const), user: fc.nat(1) }),
  fc.record({
    do: fc.constant('faults' as const),
    lostPush: chance,
    slowPush: chance,
    noAnswer: fc.constantFrom(0, 0.3),
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const isTotal = ({ data }: News): boolean => data['change'] === 'total';
const byGame = (news: readonly News[]) => Map.groupBy(news.filter(isTotal), ({ data }) => String(data['game_id']));

/** Two users with two launchers each, which use any gateway. */
async function live(seed: number, plan: readonly Step[]) {
  const room = new SimulatedNewsroom(seed);
  for (const gateway of GATEWAYS) room.gateway(gateway);
  const launchers = [0, 1, 2, 3].map((n) => new SimulatedLauncher(USERS[n % 2]!, () => room.time.now));
  const place = new Map<SimulatedLauncher, string>();
  const connect = (launcher: SimulatedLauncher, gateway: string): void => {
    place.set(launcher, gateway);
    // Refused while the log does not answer; it comes again later, as launchers do.
    void launcher.connect(room.gateways.get(gateway)!).catch(() => undefined);
  };
  launchers.forEach((launcher, n) => connect(launcher, GATEWAYS[n >> 1]!));
  await room.time.advance(100);
  let others = 0;
  for (const todo of plan) {
    if (todo.do === 'other' && (others += 1) <= MAX_OTHERS) {
      room.happen(USERS[todo.user]!, 'library.updated', {}, todo.carriedAfter);
    } else if (todo.do === 'total') room.total(USERS[todo.user]!, GAMES[todo.game]!, todo.carriedAfter);
    else if (todo.do === 'connect') connect(launchers[todo.launcher]!, GATEWAYS[todo.gateway]!);
    else if (todo.do === 'break') launchers[todo.launcher]!.disconnect();
    else if (todo.do === 'move') room.move(shardOf(USERS[todo.user]!), todo.announced);
    else if (todo.do === 'wait') await room.time.advance(todo.ms);
    else if (todo.do === 'faults') Object.assign(room.faults, todo);
    else if (todo.do === 'repeat') {
      const entry = room.log.findLast(({ user }) => user === USERS[todo.user]);
      if (entry !== undefined && entry.carriedAt !== null)
        room.tell(entry.user, [{ ...entry.news, after: entry.news.number - 1 }]);
    } else if (todo.do === 'die') {
      const name = GATEWAYS[todo.gateway]!;
      room.kill(name);
      for (const launcher of launchers) if (place.get(launcher) === name) launcher.disconnect(false);
      room.gateway(name);
    }
    await room.time.advance(room.random.between(0, 30));
  }
  Object.assign(room.faults, { lostPush: 0, slowPush: 0, noAnswer: 0 });
  await room.time.advance(10_000);
  for (const launcher of launchers) if (!launcher.connected) connect(launcher, 'gateway-0');
  await room.time.advance(2 * TOTAL_EVERY_MS + 10_000);
  return { room, launchers };
}

describe('any course of pushes, sweeps, handoffs, deaths and reconnections', () => {
  it('lets every launcher hear everything once and in order, and of each game the last total at most once a minute', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (seed, plan) => {
        const { room, launchers } = await live(seed, plan);
        for (const { user, heard, begun, numbers, resets } of launchers) {
          if (resets > 0) continue;
          const happened = room.log.filter((entry) => entry.user === user && entry.news.number > begun!.number);
          const news = happened.map((entry) => entry.news);
          const rest = (all: readonly News[]) => all.filter((one) => !isTotal(one)).map(({ number }) => number);
          expect(rest(heard)).toEqual(rest(news));
          expect(new Set(numbers).size).toBe(numbers.length);
          const heardTotals = byGame(heard);
          for (const [game, totals] of byGame(news)) {
            const told = heardTotals.get(game) ?? [];
            expect(told.at(-1)?.number).toBe(totals.at(-1)?.number);
            expect(told.map(({ number }) => number)).toEqual(told.map(({ number }) => number!).sort((a, b) => a - b));
          }
        }
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it('never tells two totals of a game within a minute over one connection', async () => {
    const games = fc.array(fc.record({ game: fc.nat(2), ms: fc.nat(20_000), lost: fc.boolean() }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(games, async (plan) => {
        const room = new SimulatedNewsroom();
        const launcher = new SimulatedLauncher(USERS[0]!, () => room.time.now);
        const connected = launcher.connect(room.gateway('gateway-0'));
        await room.time.advance(50);
        await connected;
        for (const { game, ms, lost } of plan) {
          room.faults.lostPush = lost ? 1 : 0;
          room.total(USERS[0]!, GAMES[game]!);
          await room.time.advance(ms);
        }
        await room.time.advance(130_000);
        const at = new Map<string, number>();
        launcher.heard.forEach(({ data }, place) => {
          const game = String(data['game_id']);
          const now = launcher.heardAt[place]!;
          expect(now - (at.get(game) ?? -Infinity)).toBeGreaterThanOrEqual(TOTAL_EVERY_MS);
          at.set(game, now);
        });
        for (const [game, totals] of byGame(room.log.map(({ news }) => news))) {
          expect(byGame(launcher.heard).get(game)?.at(-1)?.number).toBe(totals.at(-1)?.number);
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
