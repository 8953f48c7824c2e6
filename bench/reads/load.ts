/**
 * A load generator for pages over HTTP/1.1: raw sockets, one request under way per connection, every answer checked. In a
 * process of its own (`fork`), so that what it costs is seen apart from what it measures.
 *
 * A part of the reads follows a change by the same user: a mark on the game that stands first on the page, and the page
 * read next must show it. So does every later one: an answer from before the change counts as wrong.
 */
import { connect, type Socket } from 'node:net';
import { build, type Histogram } from 'hdr-histogram-js';

export interface Reader {
  readonly token: string;
  /** The game that is patched. */
  readonly gameId: string;
  /** What every page of the user must hold. */
  mark: string;
}

export interface ReadOrder {
  readonly port: number;
  readonly path: string;
  /** Below which the games are patched: `/api/v1/library`. */
  readonly base: string;
  readonly connections: number;
  readonly readers: readonly Reader[];
  /** Whether the page shows the patched note: then that is the mark from there on. */
  readonly showsNotes: boolean;
  /** How many of a hundred reads follow a change. */
  readonly changePercent: number;
  /** After every reader has read once; a message `warm` tells of its end. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Reads only; the changes before them are counted apart. Latencies in microseconds. */
export interface ReadReport {
  readonly reads: number;
  readonly changes: number;
  readonly wrong: number;
  readonly firstWrong: string | null;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Processor time that the load generator itself took, seconds. */
  readonly cpuSeconds: number;
  /** Marks as they are after the run, for the next one. */
  readonly marks: readonly string[];
}

type Done = (kind: 'read' | 'change', micros: number, bytes: number, wrong: string | null) => void;

const MAX_WARM_UP_MS = 120_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /content-length: *(\d+)/i;

class Connection {
  readonly #socket: Socket;
  readonly #order: ReadOrder;
  readonly #readers: readonly Reader[];
  readonly #done: Done;
  #turn = 0;
  #reads = 0;
  #changes = 0;
  #asked: { readonly reader: Reader; readonly mark: string | null; readonly at: number } | null = null;
  #chunks: Buffer[] = [];
  #got = 0;
  #needed = 0;
  #stopped = false;

  constructor(order: ReadOrder, index: number, done: Done) {
    this.#order = order;
    this.#done = done;
    this.#readers = order.readers.filter((_, at) => at % order.connections === index);
    this.#socket = connect({ host: '127.0.0.1', port: order.port, noDelay: true });
    this.#socket.on('connect', () => this.#next());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#finish(error.message));
    this.#socket.on('close', () => this.#finish('connection closed'));
  }

  /** Whether each of its readers has read once. */
  get warm(): boolean {
    return this.#turn >= this.#readers.length;
  }

  stop(): void {
    this.#stopped = true;
    this.#socket.destroy();
  }

  #next(): void {
    const reader = this.#readers[this.#turn % this.#readers.length];
    if (this.#stopped || reader === undefined) return;
    const { changePercent } = this.#order;
    if (this.#changes < ((this.#reads + 1) * changePercent) / 100) return this.#change(reader);
    this.#read(reader);
  }

  #read(reader: Reader): void {
    this.#turn += 1;
    this.#reads += 1;
    this.#asked = { reader, mark: null, at: performance.now() };
    this.#socket.write(
      `GET ${this.#order.path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${reader.token}\r\n\r\n`,
      'latin1',
    );
  }

  /** The same reader reads next. */
  #change(reader: Reader): void {
    this.#changes += 1;
    // Where the page does not show notes, another mark of the game: those who look at notes must find theirs.
    const changed = this.#order.showsNotes
      ? `"notes":"note ${Math.random().toString(36).slice(2)}"`
      : `"favorite":${this.#changes % 2 === 0}`;
    const body = `{${changed}}`;
    this.#asked = { reader, mark: changed, at: performance.now() };
    this.#socket.write(
      `PATCH ${this.#order.base}/${reader.gameId} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${reader.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#got += chunk.length;
    if (this.#needed === 0) this.#readHead();
    if (this.#needed === 0 || this.#got < this.#needed) return;
    const answer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#got = 0;
    this.#needed = 0;
    this.#finish(this.#verdict(answer), answer.length);
    this.#next();
  }

  #readHead(): void {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const headEnd = all.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = LENGTH.exec(all.toString('latin1', 0, headEnd))?.[1] ?? '0';
    this.#needed = headEnd + HEAD_END.length + Number(length);
  }

  #verdict(answer: Buffer): string | null {
    const mark = this.#asked?.mark ?? this.#asked?.reader.mark ?? '';
    const right = answer.toString('latin1', 9, 12) === '200' && answer.includes(mark, 0, 'latin1');
    return right ? null : `expected ${mark}: ${answer.toString('latin1', 0, 600)}`;
  }

  #finish(wrong: string | null, bytes = 0): void {
    if (this.#stopped || this.#asked === null) return;
    const { reader, mark, at } = this.#asked;
    this.#asked = null;
    if (mark !== null && wrong === null && this.#order.showsNotes) reader.mark = mark;
    this.#done(mark === null ? 'read' : 'change', Math.round((performance.now() - at) * 1_000), bytes, wrong);
  }
}

async function run(order: ReadOrder): Promise<ReadReport> {
  const histogram: Histogram = build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  const counted = { read: 0, change: 0 };
  let [wrong, bytes, measuring] = [0, 0, false];
  let firstWrong: string | null = null;
  const done: Done = (kind, micros, length, trouble) => {
    // What is wrong is wrong, also while warming up.
    if (trouble !== null) {
      wrong += 1;
      firstWrong ??= trouble;
      return;
    }
    if (!measuring) return;
    counted[kind] += 1;
    if (kind === 'change') return;
    bytes += length;
    histogram.recordValue(micros);
  };
  const connections = Array.from({ length: order.connections }, (_, index) => new Connection(order, index, done));
  const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  // Every page was built once: what is measured is a service that runs, not one that has just begun to.
  const giveUpAt = performance.now() + MAX_WARM_UP_MS;
  while (!connections.every(({ warm }) => warm) && performance.now() < giveUpAt) await pass(100);
  await pass(order.warmUpMs);
  process.send?.('warm');
  const cpu = process.cpuUsage();
  const began = performance.now();
  measuring = true;
  await pass(order.measureMs);
  measuring = false;
  const seconds = (performance.now() - began) / 1_000;
  const used = process.cpuUsage(cpu);
  for (const connection of connections) connection.stop();
  return {
    reads: counted.read,
    changes: counted.change,
    wrong,
    firstWrong,
    bytes,
    seconds,
    p50: histogram.getValueAtPercentile(50),
    p95: histogram.getValueAtPercentile(95),
    p99: histogram.getValueAtPercentile(99),
    cpuSeconds: (used.user + used.system) / 1e6,
    marks: order.readers.map(({ mark }) => mark),
  };
}

process.once('message', (order: ReadOrder) => {
  void run(order).then((report) => process.send?.(report, () => process.disconnect()));
});
