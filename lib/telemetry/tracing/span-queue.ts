import type { Context } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { outside } from './current.ts';

/** Told what becomes of spans. Must not throw. */
export interface SpanQueueEvents {
  exported(spans: number): void;
  /** They are gone: there was no room for them, or the collector did not take them. */
  lost(spans: number, reason: 'queue_full' | 'export_failed', error?: Error): void;
}

export interface SpanQueueOptions {
  /** Spans that may wait for the collector; more are lost. */
  readonly capacity: number;
  /** Spans in one call of the collector. */
  readonly batch: number;
  /** How long spans gather, ms. */
  readonly gatherMs: number;
  /** How long the collector may take for a batch, ms. */
  readonly exportMs: number;
}

/**
 * OpenTelemetry's batches behind a count: its own queue drops what it has no room for without saying how much. So spans are
 * counted in and out here, and its queue is so large that it never has to drop any.
 */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #capacity: number;
  readonly #events: SpanQueueEvents;
  #waiting = 0;

  constructor(exporter: SpanExporter, options: SpanQueueOptions, events: SpanQueueEvents) {
    const { capacity, batch, gatherMs, exportMs } = options;
    this.#capacity = capacity;
    this.#events = events;
    this.#batches = new BatchSpanProcessor(this.#counting(exporter), {
      maxQueueSize: 2 * capacity,
      maxExportBatchSize: batch,
      scheduledDelayMillis: gatherMs,
      exportTimeoutMillis: exportMs,
    });
  }

  onStart(span: Span, context: Context): void {
    this.#batches.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.#capacity) return this.#events.lost(1, 'queue_full');
    this.#waiting += 1;
    // What gathers and sends batches is not the request whose span happened to be the first.
    outside(() => this.#batches.onEnd(span));
  }

  /** What the collector refused has been counted; whoever waits for the queue to empty is not to hear of it again. */
  async forceFlush(): Promise<void> {
    await this.#batches.forceFlush().catch(() => undefined);
  }

  async shutdown(): Promise<void> {
    await this.#batches.shutdown().catch(() => undefined);
  }

  #counting(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        exporter.export(spans, (result: ExportResult) => {
          this.#waiting -= spans.length;
          if (result.code === ExportResultCode.SUCCESS) this.#events.exported(spans.length);
          else this.#events.lost(spans.length, 'export_failed', result.error);
          done({ code: ExportResultCode.SUCCESS });
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }
}
