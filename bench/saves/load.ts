/**
 * A load generator for saves over HTTP/1.1: raw sockets, one request under way per connection, every answer checked. In a
 * process of its own (`fork`), so that what it costs is seen apart from what it measures.
 *
 * A save is three requests: it is announced upon the last version of its slot, its bytes are sent to the signed URL, and
 * it is confirmed. A pair counts when the confirmation made it the head.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { build, type Histogram } from 'hdr-histogram-js';

/** A device of a user of its own, with one slot. */
export interface Saver {
  readonly token: string;
  readonly gameId: string;
  readonly deviceId: string;
  /** The head, as the last confirmation said; null: none yet. */
  head: number | null;
  /** How many saves were acknowledged. */
  saves: number;
}

export interface SaveOrder {
  readonly port: number;
  /** Below which the API is: `/api/v1/library`. */
  readonly base: string;
  readonly connections: number;
  readonly savers: readonly Saver[];
  readonly saveBytes: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Microseconds. */
export type Latencies = Readonly<Record<'p50' | 'p95' | 'p99', number>>;

export interface SaveReport {
  readonly pairs: number;
  readonly wrong: number;
  readonly firstWrong: string | null;
  readonly seconds: number;
  readonly announce: Latencies;
  readonly put: Latencies;
  readonly confirm: Latencies;
  /** Processor time that the load generator itself took, seconds. */
  readonly cpuSeconds: number;
  /** The savers after the run. Whatever was begun was finished: what they say is what the service acknowledged. */
  readonly savers: readonly Saver[];
}

const STEPS = ['announce', 'put', 'confirm'] as const;
type Step = (typeof STEPS)[number];
type Done = (step: Step, micros: number, wrong: string | null) => void;

interface Announced {
  readonly upload: {
    readonly upload_id: string;
    readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  };
}
interface ConfirmedReply {
  readonly version: { readonly version: number; readonly sha256: string };
  readonly head: { readonly version: number };
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /content-length: *(\d+)/i;

class Connection {
  /** Resolves when the last save that was begun is finished. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #order: SaveOrder;
  readonly #savers: readonly Saver[];
  readonly #done: Done;
  readonly #content: Buffer;
  readonly #end: () => void;
  #turn = 0;
  #step: Step = 'announce';
  #sentAt = 0;
  #sha256 = '';
  #uploadId = '';
  #received: Buffer = Buffer.alloc(0);
  #stopping = false;

  constructor(order: SaveOrder, index: number, done: Done) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#order = order;
    this.#done = done;
    this.#savers = order.savers.filter((_, at) => at % order.connections === index);
    this.#content = randomBytes(order.saveBytes);
    this.#socket = connect({ host: '127.0.0.1', port: order.port, noDelay: true });
    this.#socket.on('connect', () => this.#announce());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#broken(error.message));
    this.#socket.on('close', () => this.#broken('connection closed'));
  }

  stop(): void {
    this.#stopping = true;
  }

  get #saver(): Saver {
    return this.#savers[this.#turn % this.#savers.length]!;
  }

  #announce(): void {
    if (this.#stopping) {
      this.#end();
      this.#socket.destroy();
      return;
    }
    const { gameId, deviceId, head } = this.#saver;
    this.#content.writeUInt32LE((this.#content.readUInt32LE(0) + 1) >>> 0, 0);
    this.#sha256 = createHash('sha256').update(this.#content).digest('hex');
    this.#post(
      'announce',
      'upload-url',
      `{"game_id":"${gameId}","slot":"slot-1","device_id":"${deviceId}","size_bytes":${this.#content.length},` +
        `"sha256":"${this.#sha256}","base_version":${head}}`,
    );
  }

  #put({ upload: { upload_id, put } }: Announced): void {
    this.#uploadId = upload_id;
    const { pathname, search } = new URL(put.url);
    const headers = Object.entries(put.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head =
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1:${this.#order.port}\r\n${headers.join('')}` +
      `content-length: ${this.#content.length}\r\n\r\n`;
    this.#send('put', Buffer.concat([Buffer.from(head, 'latin1'), this.#content]));
  }

  #confirm(): void {
    this.#post('confirm', 'confirm-upload', `{"upload_id":"${this.#uploadId}"}`);
  }

  #post(step: Step, action: string, body: string): void {
    this.#send(
      step,
      `POST ${this.#order.base}/savegames/${action} HTTP/1.1\r\nhost: 127.0.0.1:${this.#order.port}\r\n` +
        `authorization: Bearer ${this.#saver.token}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
  }

  #send(step: Step, request: Buffer | string): void {
    this.#step = step;
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(LENGTH.exec(this.#received.toString('latin1', 0, headEnd))?.[1] ?? '0');
    const end = headEnd + HEAD_END.length + length;
    if (this.#received.length < end) return;
    const answer = this.#received.subarray(0, end);
    this.#received = this.#received.subarray(end);
    const micros = Math.round((performance.now() - this.#sentAt) * 1_000);
    const text = answer.toString('utf8', headEnd + HEAD_END.length);
    const status = answer.toString('latin1', 9, 12);
    this.#answered(micros, status, text);
  }

  #answered(micros: number, status: string, text: string): void {
    const step = this.#step;
    const wrong = (): void => {
      this.#done(step, micros, `${step}: ${status} ${text.slice(0, 600)}`);
      this.#next();
    };
    if (!status.startsWith('2')) return wrong();
    if (step === 'put') {
      this.#done(step, micros, null);
      return this.#confirm();
    }
    if (step === 'announce') {
      this.#done(step, micros, null);
      return this.#put(JSON.parse(text) as Announced);
    }
    const { version, head } = JSON.parse(text) as ConfirmedReply;
    const saver = this.#saver;
    if (version.version !== (saver.head ?? 0) + 1) return wrong();
    if (head.version !== version.version || version.sha256 !== this.#sha256) return wrong();
    saver.head = version.version;
    saver.saves += 1;
    this.#done(step, micros, null);
    this.#next();
  }

  #next(): void {
    this.#turn += 1;
    this.#announce();
  }

  #broken(message: string): void {
    if (this.#stopping) return;
    this.#done(this.#step, 0, message);
    this.#end();
  }
}

async function run(order: SaveOrder): Promise<SaveReport> {
  const histograms = Object.fromEntries(
    STEPS.map((step) => [step, build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })]),
  ) as Record<Step, Histogram>;
  let [pairs, wrong, measuring] = [0, 0, false];
  let firstWrong: string | null = null;
  const done: Done = (step, micros, trouble) => {
    // What is wrong is wrong, also while warming up.
    if (trouble !== null) {
      wrong += 1;
      firstWrong ??= trouble;
    } else if (measuring) {
      histograms[step].recordValue(micros);
      if (step === 'confirm') pairs += 1;
    }
  };
  const connections = Array.from({ length: order.connections }, (_, index) => new Connection(order, index, done));
  const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
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
  await Promise.all(connections.map(({ ended }) => ended));
  const latencies = (step: Step): Latencies => ({
    p50: histograms[step].getValueAtPercentile(50),
    p95: histograms[step].getValueAtPercentile(95),
    p99: histograms[step].getValueAtPercentile(99),
  });
  return {
    ...{ pairs, wrong, firstWrong, seconds },
    announce: latencies('announce'),
    put: latencies('put'),
    confirm: latencies('confirm'),
    cpuSeconds: (used.user + used.system) / 1e6,
    savers: order.savers,
  };
}

process.once('message', (order: SaveOrder) => {
  void run(order).then((report) => process.send?.(report, () => process.disconnect()));
});
