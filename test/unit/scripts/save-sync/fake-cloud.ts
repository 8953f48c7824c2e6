import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json } from 'node:stream/consumers';
import { partBytes, partsOf } from '../../../../lib/savegames/parts.ts';
import type { ResolveBody, SignedRequest, UploadUrlBody } from '../../../../lib/contract/savegame-transfers.ts';
import { FakeSlots, Refused, type FakeUpload } from './fake-slots.ts';

/** What goes wrong with a request: before the service heard of it, after it did it, or in the middle of the bytes. */
export type Fault = 'lost' | 'answer lost' | 'busy' | 'cut' | 'refused' | 'damaged' | null;

/** A service and its store in one process, over HTTP, that fails when it is told to. */
export interface FakeCloud {
  readonly url: string;
  readonly slots: FakeSlots;
  /** Every request so far: `POST /savegames/upload-url`, `PUT /store 1`. */
  readonly requests: string[];
  /** Asked before each request; the default: no faults. */
  fault: (request: string) => Fault;
  /** Awaited before each request is carried out. */
  before: () => Promise<void>;
  /** Headers of the last GET of a file. */
  range: string | undefined;
  close(): Promise<void>;
}

const BASE = '/api/v1/library';

export async function fakeCloud(): Promise<FakeCloud> {
  const slots = new FakeSlots();
  const server = createServer((request, response) => {
    handle(cloud, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cloud: FakeCloud = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    slots,
    requests: [],
    fault: () => null,
    before: () => Promise.resolve(),
    range: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cloud;
}

async function handle(cloud: FakeCloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', cloud.url);
  const path = url.pathname.replace(BASE, '');
  const stored = path.startsWith('/store/');
  const part = url.searchParams.get('part');
  const name = `${request.method} ${stored ? `/store${part === null ? '' : ` ${part}`}` : path}`;
  await cloud.before();
  cloud.requests.push(name);
  const fault = cloud.fault(name);
  if (fault === 'lost') return void response.destroy();
  if (fault === 'busy') return answer(response, 503, { code: 'UNAVAILABLE', detail: 'busy' }, { 'retry-after': '7' });
  try {
    if (fault === 'refused') throw new Refused(403, 'SAVEGAME_URL_REFUSED');
    if (stored && request.method === 'GET') return send(cloud, request, response, path, fault);
    const bytes = stored ? await buffer(request) : null;
    if (fault === 'cut') return void response.destroy();
    const reply = stored
      ? cloud.slots.put(path.slice('/store/'.length), Number(part ?? 0), bytes ?? Buffer.alloc(0))
      : await answerTo(cloud, `${request.method} ${path}`, url, request);
    if (fault === 'answer lost') return void response.destroy();
    answer(response, reply === undefined ? 204 : 200, reply);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (fault === 'answer lost') return void response.destroy();
    answer(response, error.status, { code: error.code, detail: error.code, ...error.members });
  }
}

async function answerTo({ slots, url }: FakeCloud, what: string, { searchParams }: URL, request: IncomingMessage) {
  const body = request.method === 'POST' ? ((await json(request)) as { slot: string; version: number }) : null;
  switch (what) {
    case 'GET /savegames': {
      const name = searchParams.get('slot');
      const names = name === null ? [...slots.slots.keys()] : [name];
      const found = names.map((slot) => slots.shown(slot)).filter((slot) => slot !== null);
      const deleted = searchParams.get('deleted') === 'true';
      return { items: found.filter(({ head }) => (head === null) === deleted), next_cursor: null };
    }
    case 'POST /savegames/upload-url': {
      const { head, upload } = slots.announce(body as unknown as UploadUrlBody);
      return { unchanged: upload === null, head, upload: upload && signed(url, upload) };
    }
    case 'POST /savegames/confirm-upload':
      return { version: slots.confirm((body as unknown as { upload_id: string }).upload_id) };
    case 'POST /savegames/resolve':
      return slots.resolve(body as unknown as ResolveBody);
    case 'POST /savegames/download-url': {
      const version = slots.versions(body?.slot ?? '').find((one) => one.version === body?.version);
      if (version === undefined) throw new Refused(404, 'NOT_FOUND');
      return { version, get: signedRequest('GET', `${url}/store/${version.sha256}`) };
    }
  }
  const upload = /^DELETE \/savegames\/uploads\/(.+)$/.exec(what)?.[1];
  if (upload !== undefined) {
    for (const [key, { id }] of slots.uploads) if (id === upload) slots.uploads.delete(key);
    return undefined;
  }
  const slot = /^GET \/savegames\/[^/]+\/([^/]+)\/versions$/.exec(what)?.[1];
  if (slot === undefined) throw new Refused(404, 'NOT_FOUND');
  return { items: slots.versions(slot), next_cursor: null };
}

function signed(url: string, { id, announced, arrived }: FakeUpload) {
  const parts = partsOf(announced.size_bytes);
  const put = signedRequest('PUT', `${url}/store/${id}`);
  if (parts === null) return { upload_id: id, put: arrived.has(0) ? null : put, parts: null };
  return {
    upload_id: id,
    put: null,
    parts: Array.from({ length: parts }, (_, at) => ({
      number: at + 1,
      size_bytes: partBytes(announced.size_bytes, at + 1),
      put: arrived.has(at + 1) ? null : { ...put, url: `${put.url}?part=${at + 1}` },
    })),
  };
}

function signedRequest(method: 'PUT' | 'GET', url: string): SignedRequest {
  return { method, url, headers: { 'x-signed': 'yes' }, expires_at: '' };
}

function send(cloud: FakeCloud, request: IncomingMessage, response: ServerResponse, path: string, fault: Fault): void {
  const whole = cloud.slots.contents.get(path.slice('/store/'.length));
  if (whole === undefined) throw new Refused(404, 'NOT_FOUND');
  cloud.range = request.headers.range;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const bytes = fault === 'damaged' ? Buffer.alloc(whole.length - from, 'x') : whole.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': bytes.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
  });
  if (fault !== 'cut') return void response.end(bytes);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
