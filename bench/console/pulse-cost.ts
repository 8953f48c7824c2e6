import { encode } from 'cbor-x';
import { COLUMNS } from '../../lib/console/columns.ts';
import { Pulse } from '../../lib/console/pulse.ts';
import { readInto, type EngineReadings, type KeptMetrics } from '../../lib/console/readings.ts';
import { packShards } from '../../lib/console/shard-set.ts';
import { ENDPOINTS } from '../../lib/contract/endpoints.ts';
import { REQUEST_BUCKETS_MS } from '../../lib/telemetry/http-metrics.ts';

const TIMES = 2_000;
const SHARDS = Array.from({ length: 1_024 }, (_, shard) => shard);

/**
 * What a pulse costs a node that is gateway and engine in one, holds all shards and has answered every endpoint in three
 * ways, and what it costs to tell it to a gateway; in microseconds of processor time.
 */
export function pulseCosts(): { readonly beatUs: number; readonly answerUs: number } {
  const buckets = Object.fromEntries(REQUEST_BUCKETS_MS.map((bound) => [bound, 7]));
  const values = ENDPOINTS.flatMap(({ id }) =>
    ['2xx', '4xx', '5xx'].map((status) => [
      `${id} ${status}`,
      { labels: { operation: id, status }, count: 9, bucketValues: buckets },
    ]),
  ) as [string, unknown][];
  const metrics: KeptMetrics = {
    store: new Map([['library.http.request.duration.milliseconds', { values: new Map(values) }]]),
  };
  const engine: EngineReadings = {
    liveSessions: 5_000,
    heartbeats: 1,
    turns: 1,
    flushBacklog: 10,
    flushLagMs: 1,
    engines: 3,
  };
  let now = 1_790_000_000_000;
  const clock = { now: () => (now += 2_000), after: () => () => undefined };
  const read = (row: Float64Array): void => {
    process.cpuUsage();
    readInto(row, metrics, engine);
  };
  const pulse = new Pulse(read, clock);
  const beatUs = costOf(() => pulse.beat());
  const answerUs = costOf(() =>
    encode({
      fine: pulse.latest('fine'),
      coarse: pulse.latest('coarse'),
      memory: process.memoryUsage.rss(),
      held: packShards(SHARDS, SHARDS.length),
      columns: COLUMNS.length,
    }),
  );
  return { beatUs, answerUs };
}

function costOf(work: () => unknown): number {
  for (let time = 0; time < TIMES; time += 1) work();
  const before = process.cpuUsage();
  for (let time = 0; time < TIMES; time += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / TIMES;
}
