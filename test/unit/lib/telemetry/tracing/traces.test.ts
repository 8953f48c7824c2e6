import { describe, expect, it } from '@jest/globals';
import { createTraces, NO_TRACES, type Sampling, type Sender } from '../../../../../lib/telemetry/tracing/traces.ts';
import { CALLER_SPAN, NOT_TOLD, recordedTracing, TOLD, TRACE_ID } from '../../../../recorded-spans.ts';

const { tracing } = recordedTracing();
const traces = (callers: Sampling['callers'], drawn = false) =>
  createTraces(tracing.tracer, { callers, ratio: 0.01, random: () => (drawn ? 0.009 : 0.01) });

describe('what is told of requests', () => {
  it.each<[Sampling['callers'], Sender, string, boolean]>([
    ['services', 'client', TOLD, false],
    ['services', 'service', TOLD, true],
    ['services', 'service', NOT_TOLD, false],
    ['all', 'client', TOLD, true],
    ['none', 'service', TOLD, false],
  ])('with %s trusted, a %s that says %s is told: %s', (callers, sender, header, told) => {
    const trace = traces(callers).begin(header, sender);
    expect(trace.span !== undefined).toBe(told);
    expect(trace.id).toBe(TRACE_ID);
    expect(trace.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-(?!${CALLER_SPAN})[0-9a-f]{16}-0${told ? 1 : 0}$`));
  });

  it.each<[Sampling['callers'], Sender, string | undefined, boolean]>([
    ['services', 'client', undefined, true],
    ['services', 'client', NOT_TOLD, true],
    ['services', 'service', undefined, true],
    ['services', 'service', NOT_TOLD, false],
    ['none', 'service', NOT_TOLD, true],
  ])('with %s trusted, a %s that says %j is drawn by lot: %s', (callers, sender, header, told) => {
    expect(traces(callers, true).begin(header, sender).span !== undefined).toBe(told);
    expect(traces(callers, false).begin(header, sender).span).toBeUndefined();
  });

  it('draws frames, which say nothing', () => {
    expect(traces('all', true).frame()?.span).toBeDefined();
    expect(traces('all', false).frame()).toBeUndefined();
  });

  it('is nothing at all while tracing is off, and what callers say is passed on', () => {
    expect(NO_TRACES.begin(TOLD, 'service').span).toBeUndefined();
    expect(NO_TRACES.begin(TOLD, 'service').traceparent).toMatch(/-01$/);
    expect(NO_TRACES.frame()).toBeUndefined();
  });
});
