/**
 * A load generator for heartbeats over HTTP/1.1 (and WebSocket, `socket-connection.ts`): raw sockets, one request under way per connection, every answer
 * checked. It runs in a process of its own (`fork`), so that what it costs is seen apart from what it measures, and is
 * written for little cost: a general client would take more of the machine than the service it measures.
 */
import { connect, type Socket } from 'node:net';
import { build, type Histogram } from 'hdr-histogram-js';
import { SocketConnection } from './socket-connection.ts';

/** One launcher: its session, its token, its sequence number. */
export interface Launcher {
  readonly token: string;
  readonly sessionId: string;
  seq: number;
}

export interface LoadOrder {
  /** Absent: HTTP. Over WebSockets all sessions of a connection are one user's. */
  readonly protocol?: 'websocket';
  readonly host: string;
  readonly ports: readonly number[];
  readonly path: string;
  readonly connections: number;
  readonly launchers: readonly Launcher[];
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What was measured; latencies in microseconds. `wrong` answers are those that are not a 200 with the beat's number. */
export interface LoadReport {
  readonly completed: number;
  readonly wrong: number;
  readonly firstWrong: string | null;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Processor time that the load generator itself took, seconds. */
  readonly cpuSeconds: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = 'content-length: ';
const FOUND = 'HTTP/1.1 200';

class Connection {
  readonly #socket: Socket;
  readonly #order: LoadOrder;
  readonly #launchers: readonly Launcher[];
  readonly #done: (micros: number, wrong: string | null) => void;
  #turn = 0;
  #beating: Launcher | null = null;
  #sentAt = 0;
  #lengthHeader: string | null = null;
  #received: Buffer = Buffer.alloc(0);
  #stopped = false;

  constructor(order: LoadOrder, index: number, done: (micros: number, wrong: string | null) => void) {
    this.#order = order;
    this.#done = done;
    this.#launchers = order.launchers.filter((_, at) => at % order.connections === index);
    const port = order.ports[index % order.ports.length] ?? 0;
    this.#socket = connect({ host: order.host, port, noDelay: true });
    this.#socket.on('connect', () => this.#send());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#finish(error.message));
    this.#socket.on('close', () => this.#finish('connection closed'));
  }

  stop(): void {
    this.#stopped = true;
    this.#socket.destroy();
  }

  #send(): void {
    const launcher = this.#launchers[this.#turn % this.#launchers.length];
    if (!launcher) return;
    this.#turn += 1;
    launcher.seq += 1;
    this.#beating = launcher;
    const body = `{"session_id":"${launcher.sessionId}","seq":${launcher.seq}}`;
    this.#sentAt = performance.now();
    this.#socket.write(
      `POST ${this.#order.path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${launcher.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const text = this.#received.toString('latin1');
    const length = this.#bodyLength(text.slice(0, headEnd));
    const end = headEnd + HEAD_END.length + length;
    if (text.length < end) return;
    this.#received = this.#received.subarray(end);
    const right = text.startsWith(FOUND) && text.includes(`"seq":${this.#beating?.seq}`, headEnd);
    this.#finish(right ? null : text.slice(0, 400));
    if (!this.#stopped) this.#send();
  }

  /** Every answer of a service spells the header alike: looking for it in any case costs more than the rest of this. */
  #bodyLength(head: string): number {
    this.#lengthHeader ??= /content-length: */i.exec(head)?.[0] ?? LENGTH;
    const at = head.indexOf(this.#lengthHeader);
    return at < 0 ? 0 : Number.parseInt(head.slice(at + this.#lengthHeader.length, at + 32), 10);
  }

  #finish(wrong: string | null): void {
    if (this.#stopped || !this.#beating) return;
    this.#beating = null;
    this.#done(Math.round((performance.now() - this.#sentAt) * 1_000), wrong);
  }
}

function connection(order: LoadOrder, index: number, done: (micros: number, wrong: string | null) => void) {
  if (order.protocol === undefined) return new Connection(order, index, done);
  const launchers = order.launchers.filter((_, at) => at % order.connections === index);
  const port = order.ports[index % order.ports.length] ?? 0;
  return new SocketConnection({ host: order.host, port, path: order.path }, launchers, done);
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const histogram: Histogram = build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  let completed = 0;
  let wrong = 0;
  let firstWrong: string | null = null;
  let measuring = false;
  const done = (micros: number, trouble: string | null): void => {
    if (!measuring) return;
    if (trouble === null) {
      completed += 1;
      histogram.recordValue(micros);
      return;
    }
    wrong += 1;
    firstWrong ??= trouble;
  };
  const connections = Array.from({ length: order.connections }, (_, index) => connection(order, index, done));
  const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await pass(order.warmUpMs);
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  measuring = true;
  await pass(order.measureMs);
  measuring = false;
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const used = process.cpuUsage(cpu);
  for (const connection of connections) connection.stop();
  return {
    completed,
    wrong,
    firstWrong,
    seconds,
    p50: histogram.getValueAtPercentile(50),
    p95: histogram.getValueAtPercentile(95),
    p99: histogram.getValueAtPercentile(99),
    cpuSeconds: (used.user + used.system) / 1e6,
  };
}

process.once('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report, () => process.disconnect()));
});
