import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Connection } from './connection.ts';

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

export interface DeviceOptions {
  readonly port: number;
  /** Below which the API is: `/api/v1/library`. */
  readonly base: string;
  readonly saveBytes: number;
}

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

/** A step of a save that was answered otherwise than it must be. */
export class Wrong extends Error {}

/** The three requests of a save, each checked, upon the version that the one before confirmed. */
export class Device {
  readonly saver: Saver;
  readonly #options: DeviceOptions;
  readonly #content: Buffer;
  #sha256 = '';
  #announced: Announced['upload'] | null = null;

  constructor(saver: Saver, options: DeviceOptions) {
    this.saver = saver;
    this.#options = options;
    this.#content = randomBytes(options.saveBytes);
  }

  /** Resolves with the microseconds it took, as the others. */
  async announce(connection: Connection): Promise<number> {
    const { gameId, deviceId, head } = this.saver;
    this.#content.writeUInt32LE((this.#content.readUInt32LE(0) + 1) >>> 0, 0);
    this.#sha256 = createHash('sha256').update(this.#content).digest('hex');
    const answer = await this.#post(
      connection,
      'upload-url',
      `{"game_id":"${gameId}","slot":"slot-1","device_id":"${deviceId}","size_bytes":${this.#content.length},` +
        `"sha256":"${this.#sha256}","base_version":${head}}`,
    );
    this.#announced = (JSON.parse(answer.text) as Announced).upload;
    return answer.micros;
  }

  async put(connection: Connection): Promise<number> {
    const { put } = this.#upload();
    const { pathname, search } = new URL(put.url);
    const headers = Object.entries(put.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head =
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1:${this.#options.port}\r\n${headers.join('')}` +
      `content-length: ${this.#content.length}\r\n\r\n`;
    return right('put', await connection.send(Buffer.concat([Buffer.from(head, 'latin1'), this.#content]))).micros;
  }

  async confirm(connection: Connection): Promise<number> {
    const { upload_id } = this.#upload();
    const answer = await this.#post(connection, 'confirm-upload', `{"upload_id":"${upload_id}"}`);
    const { version, head } = JSON.parse(answer.text) as ConfirmedReply;
    const isNext = version.version === (this.saver.head ?? 0) + 1 && head.version === version.version;
    if (!isNext || version.sha256 !== this.#sha256) throw new Wrong(`confirm-upload: ${answer.text.slice(0, 600)}`);
    this.saver.head = version.version;
    this.saver.saves += 1;
    return answer.micros;
  }

  #upload(): Announced['upload'] {
    if (this.#announced === null) throw new Wrong('nothing was announced');
    return this.#announced;
  }

  async #post(connection: Connection, action: string, body: string): Promise<Answer> {
    const { port, base } = this.#options;
    const head =
      `POST ${base}/savegames/${action} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n` +
      `authorization: Bearer ${this.saver.token}\r\ncontent-type: application/json\r\n`;
    return right(action, await connection.send(`${head}content-length: ${body.length}\r\n\r\n${body}`));
  }
}

function right(step: string, answer: Answer): Answer {
  if (answer.status < 200 || answer.status > 299) {
    throw new Wrong(`${step}: ${answer.status} ${answer.text.slice(0, 600)}`);
  }
  return answer;
}
