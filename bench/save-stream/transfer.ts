import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends `sizeBytes` of the file from `start` on. Rejects unless the answer is 200. */
export async function put({ url, headers }: Target, file: string, start: number, sizeBytes: number): Promise<void> {
  const outgoing = request(url, { method: 'PUT', headers: { ...headers, 'content-length': sizeBytes }, agent: false });
  const answer = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const source = createReadStream(file, { start, end: start + sizeBytes - 1, highWaterMark: 256 * 1024 });
  await Promise.all([pipeline(source, outgoing), answer]);
  const [response] = await answer;
  response.resume();
  if (response.statusCode !== 200) throw new Error(`PUT was answered with ${response.statusCode}`);
}

/** Receives everything. Returns the SHA-256 of each so many bytes, in hexadecimal. */
export async function get({ url, headers }: Target, sliceBytes: number): Promise<readonly string[]> {
  const outgoing = request(url, { headers, agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`GET was answered with ${response.statusCode}`);
  const slices = new SliceHashes(sliceBytes);
  for await (const chunk of response) slices.update(chunk as Buffer);
  return slices.end();
}

/** SHA-256 of each slice of what goes by. */
export class SliceHashes {
  readonly #sliceBytes: number;
  readonly #done: string[] = [];
  #hash = createHash('sha256');
  #left: number;

  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes;
    this.#left = sliceBytes;
  }

  update(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      const now = rest.subarray(0, this.#left);
      this.#hash.update(now);
      this.#left -= now.length;
      rest = rest.subarray(now.length);
      if (this.#left === 0) this.#next();
    }
  }

  end(): readonly string[] {
    if (this.#left < this.#sliceBytes) this.#next();
    return this.#done;
  }

  #next(): void {
    this.#done.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
    this.#left = this.#sliceBytes;
  }
}
