import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceBroker, type Context } from 'moleculer';
import { brokerLogger } from '../../../lib/telemetry/logging.ts';
import { configFrom } from '../../../lib/config/load.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { below, currentScope } from '../../../lib/telemetry/tracing/current.ts';
import type { Tracing } from '../../../lib/telemetry/tracing/tracing.ts';
import { traceMiddleware } from '../../../services/trace-middleware.ts';
import { family, NOT_TOLD, recordedTracing, TOLD, TRACE_ID, type RecordedTracing } from '../../recorded-spans.ts';

let recorded: RecordedTracing;
let broker: ServiceBroker;
let lines: Record<string, unknown>[];

async function start(tracing: Tracing | null): Promise<void> {
  lines = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  broker = new ServiceBroker({
    nodeID: 'test',
    logger: brokerLogger(configFrom('', { NODE_ID: 'test', LOG_LEVEL: 'warn' }), destination),
    middlewares: [traceMiddleware(tracing)],
  });
  broker.createService({
    name: 'games',
    actions: {
      outer: (ctx: Context) => {
        broker.logger.warn({ msg: 'outer' });
        return broker.call('games.inner', {}, { meta: { kept: true } }).then((inner) => ({ inner, scope: idOf(ctx) }));
      },
      inner: (ctx: Context) => ({ meta: ctx.meta, scope: idOf(ctx) }),
      refuse: () => Promise.reject(new LibraryError('NOT_FOUND', 'user 7 is not there')),
      fail: () => Promise.reject(new TypeError('user 7 breaks it')),
    },
  });
  broker.createService({ name: 'engine', actions: { deliver: (ctx: Context) => idOf(ctx) } });
  await broker.start();
}

const idOf = (_ctx: Context): string | null => currentScope()?.traceId ?? null;

beforeEach(() => {
  recorded = recordedTracing();
});
afterEach(() => broker.stop());

describe('a call between services', () => {
  it('is a step of its caller and a step where it is done, and so are the calls that it makes', async () => {
    await start(recorded.tracing);
    const request = recorded.request();
    await below(request, () => broker.call('games.outer'));
    request.end();
    expect(family(await recorded.spans())).toEqual([
      'games.inner < games.inner',
      'games.inner < games.outer',
      'games.outer < games.outer',
      'games.outer < request',
      'request < ',
    ]);
  });

  it('goes on with what another node says in the meta, and keeps what else is there', async () => {
    await start(recorded.tracing);
    const answer = await broker.call('games.outer', {}, { meta: { traceparent: TOLD } });
    expect(answer).toMatchObject({ scope: TRACE_ID, inner: { scope: TRACE_ID, meta: { kept: true } } });
    const spans = await recorded.spans();
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE_ID]));
  });

  it('carries the id where nothing is told, for log lines', async () => {
    await start(recorded.tracing);
    const answer = await broker.call('games.outer', {}, { meta: { traceparent: NOT_TOLD } });
    expect(answer).toMatchObject({ scope: TRACE_ID, inner: { scope: TRACE_ID, meta: { traceparent: NOT_TOLD } } });
    expect(await recorded.spans()).toEqual([]);
    expect(lines).toEqual([expect.objectContaining({ msg: 'outer', trace_id: TRACE_ID })]);
    expect(lines[0]).not.toHaveProperty('span_id');
  });

  it('carries the id while tracing is off as well', async () => {
    await start(null);
    expect(await broker.call('games.outer', {}, { meta: { traceparent: TOLD } })).toMatchObject({ scope: TRACE_ID });
    expect(lines).toEqual([expect.objectContaining({ msg: 'outer', trace_id: TRACE_ID })]);
  });

  it('names the span in log lines where the way is told', async () => {
    await start(recorded.tracing);
    await broker.call('games.outer', {}, { meta: { traceparent: TOLD } });
    const spans = await recorded.spans();
    const outer = spans.find(({ name }) => name === 'games.outer');
    expect(lines).toEqual([expect.objectContaining({ trace_id: TRACE_ID, span_id: outer?.spanContext().spanId })]);
  });

  it('tells a failure by its kind, never by its words; a refusal is an answer', async () => {
    await start(recorded.tracing);
    const meta = { traceparent: TOLD };
    await expect(broker.call('games.refuse', {}, { meta })).rejects.toThrow();
    await expect(broker.call('games.fail', {}, { meta })).rejects.toThrow();
    const spans = await recorded.spans();
    expect(spans.map(({ name, attributes, status }) => [name, attributes['error.type'], status.code])).toEqual([
      ['games.refuse', 'NOT_FOUND', 0],
      ['games.fail', 'TypeError', 2],
    ]);
    expect(JSON.stringify(spans.map(({ attributes, status, events }) => [attributes, status, events]))).not.toContain(
      '7',
    );
  });

  it("leaves the engine's batches alone: they are nobody's", async () => {
    await start(recorded.tracing);
    expect(await broker.call('engine.deliver', {}, { meta: { traceparent: TOLD } })).toBeNull();
    expect(await recorded.spans()).toEqual([]);
  });
});
