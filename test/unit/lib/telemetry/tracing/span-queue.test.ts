import { beforeEach, describe, expect, it } from '@jest/globals';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SpanQueue } from '../../../../../lib/telemetry/tracing/span-queue.ts';

interface Batch {
  readonly spans: readonly ReadableSpan[];
  readonly done: (result: ExportResult) => void;
}

let batches: Batch[];
let told: string[];
let provider: BasicTracerProvider;

beforeEach(() => {
  batches = [];
  told = [];
  const exporter = {
    export: (spans: readonly ReadableSpan[], done: Batch['done']) => void batches.push({ spans, done }),
    shutdown: () => Promise.resolve(),
  };
  const queue = new SpanQueue(
    exporter,
    { capacity: 4, batch: 2, gatherMs: 60_000, exportMs: 60_000 },
    {
      exported: (spans) => void told.push(`exported ${spans}`),
      lost: (spans, reason, error) => void told.push(`lost ${spans}: ${reason}${error ? `, ${error.message}` : ''}`),
    },
  );
  provider = new BasicTracerProvider({ spanProcessors: [queue] });
});

function end(spans: number): void {
  for (let n = 0; n < spans; n += 1) provider.getTracer('test').startSpan('step').end();
}

describe('spans on their way to the collector', () => {
  it('leave in batches, and are counted when the collector has them', async () => {
    end(2);
    expect(batches).toHaveLength(1);
    expect(told).toEqual([]);
    batches[0]?.done({ code: ExportResultCode.SUCCESS });
    await provider.shutdown();
    expect(told).toEqual(['exported 2']);
  });

  it('are lost, and counted, when the collector does not take them; nobody else hears of it', async () => {
    end(2);
    batches[0]?.done({ code: ExportResultCode.FAILED, error: new Error('away') });
    await expect(provider.shutdown()).resolves.toBeUndefined();
    expect(told).toEqual(['lost 2: export_failed, away']);
  });

  it('are lost, and counted, when more wait than there is room for', async () => {
    end(5);
    expect(told).toEqual(['lost 1: queue_full']);
    batches[0]?.done({ code: ExportResultCode.SUCCESS });
    end(2);
    expect(told).toEqual(['lost 1: queue_full', 'exported 2']);
  });
});
