/**
 * What all consoles of a gateway hear. The nodes are asked together and once for everybody: every two seconds while somebody
 * watches, every twenty otherwise, for the history that the next one will want to see. A node that dies takes its own with
 * it; what this gateway has written down stays.
 */
import { FIGURE_NAMES } from '../contract/console-figures.ts';
import type { HistoryEvent, PulseEvent } from '../contract/console.ts';
import { EventLines, eventText } from '../http/event-lines.ts';
import type { Clock } from '../ports/clock.ts';
import { ClusterView, type Membership } from './cluster-view.ts';
import { COLUMNS, COLUMNS_MARK, FIGURE_OF, merged, shown } from './columns.ts';
import type { NodeReport } from './node-report.ts';
import { PULSE_MS, rings, type Pace } from './pulse.ts';
import { unpackRows, type PackedRows } from './ring.ts';

export interface NodeHistory {
  readonly columnsMark: string;
  readonly rows: PackedRows;
}

export interface FeedPorts {
  readonly clock: Clock;
  readonly release: string;
  readonly shards: number;
  readonly maxBufferedBytes: number;
  readonly membership: () => Membership;
  /** Rejects when the node does not answer within a second. */
  readonly report: (node: string) => Promise<NodeReport>;
  readonly history: (node: string, pace: Pace) => Promise<NodeHistory>;
  /** What went wrong in sending somebody the beginning. */
  readonly failed: (error: unknown) => void;
}

const UNWATCHED_MS = 20_000;
/** A node has read its own by then. */
const READ_MS = 100;

export class ConsoleFeed {
  readonly #ports: FeedPorts;
  readonly #view = new ClusterView();
  readonly #watchers = new Set<EventLines>();
  /** The cluster's figures as this gateway saw them. */
  readonly #seen = rings(FIGURE_NAMES.length);
  readonly #histories = new Map<Pace, { readonly until: number; readonly text: Promise<string> }>();
  #nodes = '';
  #shards = '';
  #asking: Promise<void> | null = null;
  #askedAt = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  start(): void {
    this.#wait();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const lines of this.#watchers) lines.finish();
  }

  /** The node has left in good order. */
  left(node: string): void {
    this.#view.left(node);
  }

  /** Begins at once with what there is, and goes on until the stream is closed. */
  open(): EventLines {
    const { clock, maxBufferedBytes, release, shards, failed } = this.#ports;
    const lines = new EventLines(clock, maxBufferedBytes);
    lines.send('hello', { release, shards_total: shards, interval_ms: PULSE_MS, at: clock.now() });
    lines.once('close', () => this.#watchers.delete(lines));
    this.#begin(lines).catch((error: unknown) => {
      failed(error);
      lines.finish();
    });
    return lines;
  }

  async #begin(lines: EventLines): Promise<void> {
    if (this.#ports.clock.now() - this.#askedAt >= PULSE_MS) await this.#ask();
    lines.write(await this.#history('coarse'));
    lines.write(await this.#history('fine'));
    if (!lines.open) return;
    const { nodes } = this.#view.nodes();
    lines.write(eventText('nodes', { nodes }) + eventText('shards', this.#view.shards()));
    lines.send('pulse', this.#pulse());
    this.#watchers.add(lines);
    this.#wait();
  }

  /** Until it is time to ask again: so much sooner for the first who watches. */
  #wait(): void {
    const { clock } = this.#ports;
    this.#cancel?.();
    const pace = this.#watchers.size > 0 ? PULSE_MS : UNWATCHED_MS;
    // A moment after the nodes have read their own; of a coarse slot, for the last time.
    const sinceThen = (clock.now() - (pace - PULSE_MS + READ_MS)) % pace;
    const pause = Math.max(this.#askedAt + PULSE_MS / 2 - clock.now(), pace - sinceThen);
    this.#cancel = clock.after(pause, () => {
      void this.#ask().then(() => this.#tell());
      this.#wait();
    });
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#askAll().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askAll(): Promise<void> {
    const { clock, membership, report } = this.#ports;
    this.#askedAt = clock.now();
    const known = membership();
    const reports = await Promise.all(
      known.nodes.map(async (node) => [node, await report(node).catch(() => null)] as const),
    );
    const now = clock.now();
    this.#view.take(known, new Map(reports), now);
    for (const pace of ['fine', 'coarse'] as const) {
      const ring = this.#seen[pace];
      ring.put(ring.slotAt(now), this.#view.figures(pace));
    }
  }

  #tell(): void {
    if (this.#watchers.size === 0 || this.#cancel === null) return;
    const { nodes } = this.#view.nodes();
    // Everybody grows older: that is no news.
    const marks = JSON.stringify(nodes.map((node) => ({ ...node, up_seconds: 0 })));
    const shards = eventText('shards', this.#view.shards());
    let text = '';
    if (marks !== this.#nodes) text += eventText('nodes', { nodes });
    if (shards !== this.#shards) text += shards;
    this.#nodes = marks;
    this.#shards = shards;
    text += eventText('pulse', this.#pulse());
    for (const lines of this.#watchers) lines.write(text);
  }

  #pulse(): PulseEvent {
    const row = this.#view.figures('fine');
    const figures = Object.fromEntries(FIGURE_NAMES.map((name, at) => [name, shown(row[at] ?? NaN)]));
    return { at: this.#ports.clock.now(), figures: figures as PulseEvent['figures'], nodes: this.#view.pulses() };
  }

  #history(pace: Pace): Promise<string> {
    const now = this.#ports.clock.now();
    const kept = this.#histories.get(pace);
    if (kept !== undefined && now < kept.until) return kept.text;
    const text = this.#gatherHistory(pace).then((history) => eventText('history', history));
    this.#histories.set(pace, { until: now + this.#seen[pace].stepMs, text });
    // What failed is asked for again by the next one.
    text.catch(() => this.#histories.delete(pace));
    return text;
  }

  async #gatherHistory(pace: Pace): Promise<HistoryEvent> {
    const { clock, membership, history } = this.#ports;
    const told = await Promise.all(membership().nodes.map((node) => history(node, pace).catch(() => null)));
    const rowsOf = told.flatMap((node) =>
      node !== null && node.columnsMark === COLUMNS_MARK ? [unpackRows(node.rows, COLUMNS.length)] : [],
    );
    const ring = this.#seen[pace];
    const last = ring.slotAt(clock.now());
    const first = last - ring.slots + 1;
    const rows = Array.from({ length: ring.slots }, (_, at) => {
      const own = ring.row(first + at);
      if (own !== null) return own;
      const row = merged(rowsOf.flatMap((rowOf) => rowOf(first + at) ?? []));
      return Float64Array.from(FIGURE_NAMES, (name) => FIGURE_OF[name](row));
    });
    const series = Object.fromEntries(
      FIGURE_NAMES.map((name, figure) => [name, rows.map((row) => shown(row[figure] ?? NaN))]),
    );
    return { step_ms: ring.stepMs, from: first * ring.stepMs, series: series as HistoryEvent['series'] };
  }
}
