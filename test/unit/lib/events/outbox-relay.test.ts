import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OutboxRelay, type Carried } from '../../../../lib/events/outbox-relay.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { SimulatedProcess } from '../../../simulation/simulated-process.ts';
import { UnreliableWire } from '../../../simulation/unreliable-wire.ts';
import { VirtualTime } from '../../../simulation/virtual-time.ts';
import { SimulatedBus, SimulatedOutbox } from './simulated-outbox.ts';

const LANES = Array.from({ length: 16 }, (_, lane) => lane);
const USERS = ['00', '01', '10', '22'].map((end) => `0198f2b4-0a00-7000-8000-0000000000${end}`);
const LEASE_MS = 15_000;
/** The quick pace, and the five ways over the wires until an event is on the bus. */
const QUICK_MS = 20 + 10 + 5 * 5;
const PACE = { pollMs: 100, quickPollMs: 20, quickEvents: 100 };

class Bench {
  readonly time = new VirtualTime(1_728_000_000_000);
  readonly random = new SeededRandom(7);
  readonly databaseWire = new UnreliableWire('database', this.time, this.random, 1_000);
  readonly busWire = new UnreliableWire('bus', this.time, this.random, 1_000);
  readonly outbox = new SimulatedOutbox(this.time, this.databaseWire);
  readonly bus = new SimulatedBus(this.busWire);
  /** What relays told of. */
  readonly told: Carried[] = [];

  relay(name: string, lanes: readonly number[] = LANES) {
    const process = new SimulatedProcess(name, this.time, 0);
    const failures: unknown[] = [];
    const relay = new OutboxRelay(
      this.outbox.client(process, name),
      this.bus.client(process),
      process.clock,
      { ...PACE, batch: 3, leaseMs: LEASE_MS, maxPauseMs: 2_000, random: () => 0.5 },
      {
        carried: (events) => void this.told.push(...events),
        relayed: () => undefined,
        failed: (error) => void failures.push(error),
      },
    );
    relay.setLanes(lanes);
    process.run(() => relay.start());
    return { relay, process, failures };
  }

  /** Ids in the order of their first arrival, of one user. */
  arrived(userId: string): string[] {
    return [...new Set(this.bus.log.filter(({ key }) => key === userId).map(({ value }) => idOf(value)))];
  }
}

const idOf = (value: string): string => (JSON.parse(value) as { id: string }).id;

/** What was told names what stands before it; not everything is told, but nothing twice. */
function expectChained({ told, outbox }: Bench): void {
  const numbers = told.flatMap(({ event_number, before }) => (before === null ? [] : [event_number]));
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { user_id, event_number, before } of told) {
    const earlier = outbox.moved.filter((row) => row.user_id === user_id && row.event_number < event_number);
    if (before !== null) expect(before).toBe(Math.max(0, ...earlier.map((row) => row.event_number)));
  }
}

describe('the outbox relay', () => {
  it('carries every event of every lane, in order per user, and forgets it only then', async () => {
    const bench = new Bench();
    for (let n = 0; n < 40; n += 1) bench.outbox.begin(USERS[n % 4] ?? '')();
    const numbers = bench.outbox.rows.map(({ event_id, user_id }) => [user_id, event_id]);
    bench.relay('a');
    await bench.time.advance(2_000);
    for (const user of USERS) {
      expect(bench.arrived(user)).toEqual(numbers.filter(([owner]) => owner === user).map(([, id]) => id));
    }
    expect(bench.bus.log).toHaveLength(40);
    expect(bench.outbox.rows).toEqual([]);
  });

  it('keeps everything while the bus is away, tries ever more rarely, and catches up when it is back', async () => {
    const bench = new Bench();
    const { failures } = bench.relay('a');
    bench.busWire.faults.down = true;
    for (let n = 0; n < 20; n += 1) bench.outbox.begin(USERS[0] ?? '')();
    await bench.time.advance(600_000);
    expect(bench.outbox.rows).toHaveLength(20);
    expect(failures.length).toBeLessThan(600_000 / 1_000);
    bench.busWire.faults.down = false;
    await bench.time.advance(5_000);
    expect(bench.arrived(USERS[0] ?? '')).toHaveLength(20);
    expect(bench.outbox.rows).toEqual([]);
  });

  it('tells what it carried, each event with the one of the user before it', async () => {
    const bench = new Bench();
    for (let n = 0; n < 12; n += 1) bench.outbox.begin(USERS[n % 2] ?? '')();
    bench.relay('a');
    await bench.time.advance(1_000);
    expect(bench.told).toHaveLength(12);
    expectChained(bench);
  });

  it('looks every 20 ms while little flows, and lets events gather for 100 ms once there are many', async () => {
    const bench = new Bench();
    bench.relay('a');
    await bench.time.advance(1_000);
    const waits = async (): Promise<number> => {
      const before = bench.bus.log.length;
      bench.outbox.begin(USERS[0] ?? '')();
      const began = bench.time.now;
      while (bench.bus.log.length === before) await bench.time.advance(1);
      return bench.time.now - began;
    };
    for (let n = 0; n < 10; n += 1) expect(await waits()).toBeLessThanOrEqual(QUICK_MS);
    for (let n = 0; n < 120; n += 1) bench.outbox.begin(USERS[n % 4] ?? '')();
    await bench.time.advance(600);
    expect(bench.outbox.rows).toEqual([]);
    const slow: number[] = [];
    for (let n = 0; n < 5; n += 1) slow.push(await waits());
    expect(Math.max(...slow)).toBeGreaterThan(QUICK_MS);
    await bench.time.advance(3_000);
    expect(await waits()).toBeLessThanOrEqual(QUICK_MS);
  });

  it('does not wait for an event whose transaction is still open, and carries it when it commits', async () => {
    const bench = new Bench();
    bench.relay('a');
    const commit = bench.outbox.begin(USERS[0] ?? '');
    bench.outbox.begin(USERS[2] ?? '')();
    await bench.time.advance(1_000);
    expect(bench.arrived(USERS[2] ?? '')).toHaveLength(1);
    commit();
    await bench.time.advance(1_000);
    expect(bench.arrived(USERS[0] ?? '')).toEqual(['event 1']);
  });

  it('takes over the lanes of a process that died, when their lease has run out', async () => {
    const bench = new Bench();
    const first = bench.relay('a');
    await bench.time.advance(1_000);
    first.process.kill();
    bench.relay('b');
    bench.outbox.begin(USERS[0] ?? '')();
    await bench.time.advance(5_000);
    expect(bench.bus.log).toEqual([]);
    await bench.time.advance(2 * LEASE_MS);
    expect(bench.arrived(USERS[0] ?? '')).toHaveLength(1);
  });

  it('publishes nothing more after sleeping through its lease', async () => {
    const bench = new Bench();
    const first = bench.relay('a');
    await bench.time.advance(1_000);
    bench.outbox.onRead = () => first.process.pause();
    for (let n = 0; n < 9; n += 1) bench.outbox.begin(USERS[0] ?? '')();
    await bench.time.advance(1_000);
    expect(first.process.running).toBe(false);
    bench.outbox.onRead = () => undefined;
    bench.relay('b');
    await bench.time.advance(3 * LEASE_MS);
    const carried = bench.bus.log.length;
    expect(bench.outbox.rows).toEqual([]);
    bench.outbox.begin(USERS[0] ?? '')();
    first.process.resume();
    await bench.time.advance(2_000);
    expect(bench.bus.log.length).toBe(carried + 1);
  });

  it('hands lanes to a process that joins, and carries each lane once', async () => {
    const bench = new Bench();
    const first = bench.relay('a');
    await bench.time.advance(1_000);
    bench.relay('b', LANES.slice(8));
    first.relay.setLanes(LANES.slice(0, 8));
    await bench.time.advance(2 * LEASE_MS);
    for (let n = 0; n < 40; n += 1) bench.outbox.begin(USERS[n % 4] ?? '')();
    await bench.time.advance(2_000);
    expect(bench.bus.log).toHaveLength(40);
  });

  it('lets go of its lanes when it stops, so that the next need not wait', async () => {
    const bench = new Bench();
    const first = bench.relay('a');
    await bench.time.advance(1_000);
    const stopped = first.relay.stop();
    await bench.time.advance(500);
    await stopped;
    bench.relay('b');
    bench.outbox.begin(USERS[0] ?? '')();
    await bench.time.advance(1_000);
    expect(bench.arrived(USERS[0] ?? '')).toHaveLength(1);
  });

  it('loses nothing and keeps every user in order, whatever dies, sleeps, fails or answers late', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('emit' as const), user: fc.nat(3), heldMs: fc.nat(400) }) },
      fc.record({ do: fc.constantFrom('kill' as const, 'pause' as const, 'resume' as const), at: fc.nat(2) }),
      fc.record({ do: fc.constant('start' as const) }),
      fc.record({
        do: fc.constant('fault' as const),
        wire: fc.constantFrom('databaseWire' as const, 'busWire' as const),
        fault: fc.constantFrom('lost' as const, 'unanswered' as const),
        chance: fc.constantFrom(0, 0.3, 1),
      }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (plan) => {
        const bench = new Bench();
        const relays = [bench.relay('r0')];
        const emitted = new Map<string, string[]>(USERS.map((user) => [user, []]));
        const busy = new Map<string, number>();
        for (const [at, todo] of plan.entries()) {
          if (todo.do === 'emit') {
            // As `emit` does it: the next event of a user is numbered when the one before has committed.
            const user = USERS[todo.user] ?? '';
            await bench.time.advance(Math.max(0, (busy.get(user) ?? 0) - bench.time.now) + 1);
            const commit = bench.outbox.begin(user);
            emitted.get(user)?.push(`event ${[...emitted.values()].reduce((sum, ids) => sum + ids.length, 1)}`);
            bench.time.after(todo.heldMs, commit);
            busy.set(user, bench.time.now + todo.heldMs);
          } else if (todo.do === 'start') relays.push(bench.relay(`r${at + 1}`));
          else if (todo.do === 'wait') await bench.time.advance(todo.ms);
          else if (todo.do === 'fault') bench[todo.wire].faults[todo.fault] = todo.chance;
          else relays[todo.at]?.process[todo.do]();
          await bench.time.advance(50);
        }
        bench.databaseWire.faults = { ...bench.databaseWire.faults, lost: 0, unanswered: 0 };
        bench.busWire.faults = { ...bench.busWire.faults, lost: 0, unanswered: 0 };
        for (const { process } of relays) process.kill();
        bench.relay('last');
        await bench.time.advance(4 * LEASE_MS);
        expect(bench.outbox.rows).toEqual([]);
        for (const user of USERS) expect(bench.arrived(user)).toEqual(emitted.get(user));
        expectChained(bench);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
