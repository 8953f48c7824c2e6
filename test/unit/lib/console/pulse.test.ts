import { describe, expect, it } from '@jest/globals';
import { COLUMNS, columnAt, FIGURE_OF, merged } from '../../../../lib/console/columns.ts';
import { Pulse } from '../../../../lib/console/pulse.ts';
import { unpackRows } from '../../../../lib/console/ring.ts';
import { readInto, type KeptMetrics } from '../../../../lib/console/readings.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';

const HEARTBEATS = columnAt('heartbeats');
const LIVE = columnAt('live_sessions');
const BACKLOG = columnAt('outbox_rows');

/** A clock whose timers ring when it is moved on. */
function steppedClock(start: number) {
  let now = start;
  let timers: { at: number; ms: number; ring: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, ring) {
      const timer = { at: now + ms, ms, ring };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  };
  return {
    clock,
    pending: () => timers.length,
    to(until: number, late = 0) {
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers = timers.filter((timer) => timer !== next);
        // What is to ring at once cannot be early.
        now = next.at + (next.ms > 1 ? late : 0);
        next.ring();
      }
      now = Math.max(now, until);
    },
  };
}

describe('the pulse of a node', () => {
  it('tells totals as what came a second, and values as they are', () => {
    const time = steppedClock(1_000_000);
    let beats = 500;
    const pulse = new Pulse((row) => {
      row[HEARTBEATS] = beats;
      row[LIVE] = 7;
    }, time.clock);
    pulse.start();
    expect(pulse.latest('fine')[HEARTBEATS]).toBeNaN();
    beats += 300;
    time.to(1_002_000);
    expect(pulse.latest('fine')[HEARTBEATS]).toBe(150);
    expect(pulse.latest('fine')[LIVE]).toBe(7);
    expect(pulse.latest('fine')[BACKLOG]).toBeNaN();
    pulse.stop();
    expect(time.pending()).toBe(0);
  });

  it('leaves no slot out though every timer is late', () => {
    const time = steppedClock(1_000_000);
    const pulse = new Pulse((row) => void (row[LIVE] = 1), time.clock);
    pulse.start();
    time.to(1_600_000, 30);
    const { first, rows } = pulse.history('fine');
    const rowOf = unpackRows({ first, rows }, COLUMNS.length);
    const known = Array.from({ length: 300 }, (_, at) => rowOf(first + at)?.[LIVE]);
    expect(known).toEqual(Array.from({ length: 300 }, () => 1));
  });

  it('loses nothing of what was counted when its timers ring a moment early', () => {
    const time = steppedClock(1_000_000);
    let beats = 0;
    const pulse = new Pulse((row) => void (row[HEARTBEATS] = beats), time.clock);
    pulse.start();
    beats += 300;
    time.to(1_002_000, -1);
    expect(pulse.latest('fine')[HEARTBEATS]).toBeCloseTo(150, 0);
    beats += 500;
    time.to(1_004_000, -1);
    expect(pulse.latest('fine')[HEARTBEATS]).toBeCloseTo(250, 0);
    const { first, rows } = pulse.history('fine');
    const rowOf = unpackRows({ first, rows }, COLUMNS.length);
    expect([501, 502].map((slot) => Math.round(rowOf(slot)?.[HEARTBEATS] ?? NaN))).toEqual([150, 250]);
  });

  it('keeps means of twenty seconds, and of what nodes share the worst', () => {
    const time = steppedClock(2_000_000);
    let at = 0;
    const pulse = new Pulse((row) => {
      at += 1;
      row[LIVE] = at;
      row[BACKLOG] = at === 3 ? 90 : 1;
    }, time.clock);
    pulse.start();
    time.to(2_018_000);
    expect(pulse.latest('coarse')[LIVE]).toBe(5.5);
    expect(pulse.latest('coarse')[BACKLOG]).toBe(90);
    time.to(2_020_000);
    expect(pulse.latest('coarse')[LIVE]).toBe(11);
  });

  it('is only behind, never wrong, when a counter begins anew', () => {
    const time = steppedClock(1_000_000);
    let beats = 500;
    const pulse = new Pulse((row) => void (row[HEARTBEATS] = beats), time.clock);
    pulse.start();
    beats = 3;
    time.to(1_002_000);
    expect(pulse.latest('fine')[HEARTBEATS]).toBe(0);
  });
});

describe('a reading of what is counted', () => {
  const metric = (values: readonly object[]) => ({ values: new Map(values.map((value, at) => [String(at), value])) });
  const upTo = (one: number, two: number) => ({
    1: one,
    2: two,
    5: two,
    10: two,
    25: two,
    50: two,
    100: two,
    200: two,
    500: two,
    1500: two,
    4500: two,
  });
  const store = new Map([
    [
      'library.http.request.duration.milliseconds',
      metric([
        { labels: { operation: 'a', status: '2xx' }, count: 10, bucketValues: upTo(4, 10) },
        { labels: { operation: 'a', status: '4xx' }, count: 3, bucketValues: upTo(3, 3) },
        { labels: { operation: 'b', status: '5xx' }, count: 2, bucketValues: upTo(0, 1) },
      ]),
    ],
    [
      'library.grpc.request.duration.milliseconds',
      metric([
        { labels: { method: 'M', status: 'OK' }, count: 5, bucketValues: upTo(5, 5) },
        { labels: { method: 'M', status: 'NOT_FOUND' }, count: 1, bucketValues: upTo(1, 1) },
        { labels: { method: 'M', status: 'UNAVAILABLE' }, count: 1, bucketValues: upTo(1, 1) },
      ]),
    ],
    [
      'library.events.lag.messages',
      metric([
        { labels: { topic: 'a' }, value: 4 },
        { labels: { topic: 'b' }, value: 5 },
      ]),
    ],
  ]) as unknown as KeptMetrics['store'];

  it('counts answers of all protocols, refusals and failures among them, by how long they took', () => {
    const row = new Float64Array(COLUMNS.length).fill(NaN);
    readInto(row, { store }, null);
    expect(row[columnAt('requests')]).toBe(22);
    expect(row[columnAt('refusals')]).toBe(4);
    expect(row[columnAt('errors')]).toBe(3);
    expect([row[columnAt('latency_1')], row[columnAt('latency_2')], row[columnAt('latency_5')]]).toEqual([14, 7, 0]);
    expect(row[columnAt('latency_Infinity')]).toBe(1);
    expect(row[columnAt('consumer_lag')]).toBe(9);
    expect(row[LIVE]).toBeNaN();
  });

  it('leaves alone what the node does not count', () => {
    const row = new Float64Array(COLUMNS.length).fill(NaN);
    readInto(row, { store: new Map() }, null);
    expect(row.every(Number.isNaN)).toBe(true);
  });
});

describe('the figures of several nodes', () => {
  const rowOf = (known: Readonly<Record<string, number>>): Float64Array => {
    const row = new Float64Array(COLUMNS.length).fill(NaN);
    for (const [name, value] of Object.entries(known)) row[columnAt(name)] = value;
    return row;
  };

  it('add up what each has, and take once what all share', () => {
    const all = merged([
      rowOf({ live_sessions: 3, heartbeats: 1.5, consumer_lag: 9, engines_seen: 2 }),
      rowOf({ live_sessions: 4, heartbeats: 2, consumer_lag: 8, engines_seen: 2 }),
      rowOf({ sockets: 5 }),
    ]);
    expect(FIGURE_OF.live_sessions(all)).toBe(7);
    expect(FIGURE_OF.heartbeats_per_second(all)).toBe(3.5);
    expect(FIGURE_OF.consumer_lag(all)).toBe(9);
    expect(FIGURE_OF.sockets(all)).toBe(5);
    expect(FIGURE_OF.outbox_rows(all)).toBeNaN();
  });

  it('do not take the sessions of some engines for those of all', () => {
    const all = merged([rowOf({ live_sessions: 3, heartbeats: 2, engines_seen: 2 })]);
    expect(FIGURE_OF.live_sessions(all)).toBeNaN();
    expect(FIGURE_OF.heartbeats_per_second(all)).toBe(2);
  });

  it('are percentiles of all answers, not means of percentiles', () => {
    const all = merged([rowOf({ latency_1: 99, latency_100: 0 }), rowOf({ latency_1: 0, latency_100: 1 })]);
    expect(FIGURE_OF.latency_p50_ms(all)).toBeLessThanOrEqual(1);
    expect(FIGURE_OF.latency_p99_ms(all)).toBe(1);
  });
});
