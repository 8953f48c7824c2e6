import { describe } from '@jest/globals';
import { saveStoreSuite } from './save-store.suite.ts';
import type { SaveStoreBench } from './save-store.fixtures.ts';
import type { Reply, Sending, Wire } from './save-store.wire.ts';
import { contentOf, MemorySaveStore } from '../memory-save-store.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { SignedRequest } from '../../lib/ports/save-store.ts';

const NOTHING = Buffer.alloc(0);

/** Requests as the suite sends them, without a network. */
function wireTo(store: MemorySaveStore): Wire {
  const send = ({ method, url, headers, body }: Sending): Reply => {
    const { status, content } = store.send(
      { method: method as SignedRequest['method'], url, headers, expiresAt: 0 },
      body === null ? null : contentOf(body),
    );
    return content === null ? { status, headers: {}, body: NOTHING } : read(url, headers['range'], content.bytes);
  };
  return {
    send: (sending) => Promise.resolve(send(sending)),
    sendWithoutLength: () => Promise.resolve({ status: 411, headers: {}, body: NOTHING }),
    dieMidway: () => Promise.resolve(),
  };
}

function read(url: string, range: string | undefined, bytes: Buffer | null): Reply {
  const body = bytes ?? NOTHING;
  const name = new URL(url).searchParams.get('name') ?? '';
  const headers = {
    'content-length': String(body.length),
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  };
  if (range === undefined) return { status: 200, headers, body };
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const start = from === '' ? body.length - Number(to) : Number(from);
  if (start >= body.length) return { status: 416, headers: {}, body: NOTHING };
  const end = from === '' || to === '' ? body.length : Math.min(Number(to) + 1, body.length);
  const part = body.subarray(start, end);
  const shown = { 'content-length': String(part.length), 'content-range': `bytes ${start}-${end - 1}/${body.length}` };
  return { status: 206, headers: { ...headers, ...shown }, body: part };
}

function open(clock: Clock): Promise<SaveStoreBench> {
  const store = new MemorySaveStore(clock);
  return Promise.resolve({
    store,
    origin: 'http://localhost:8080',
    wire: wireTo(store),
    // There is nothing in it but what is put into it.
    plantForeign: () => Promise.resolve(),
    keptContents: (objectId) => Promise.resolve(store.keptContents(objectId)),
    dispose: () => store.close(),
  });
}

describe('the save store in memory, which tests rely on', () => saveStoreSuite(open));
