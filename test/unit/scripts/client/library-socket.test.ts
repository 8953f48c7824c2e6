import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewsFrame } from '../../../../lib/contract/frames.ts';
import { mustUuidKey } from '../../../../lib/uuid.ts';
import { LibraryClient, RequestFailed } from '../../../../scripts/client/library-client.ts';
import { LibrarySocket } from '../../../../scripts/client/library-socket.ts';
import { ME, SESSION, startGateway } from '../../services/gateway.ts';
import type { Gateway } from '../../services/gateway.ts';

const USER = mustUuidKey(ME);
const ENV = { SOCKETS_RECONNECT_SPREAD_MS: '100', SOCKETS_FRAMES_PER_SECOND: '1000', REQUEST_DEADLINE_MS: '500' };

describe('the reference client of the WebSocket', () => {
  let gateways: Gateway[];
  let socket: LibrarySocket;
  let at: number;
  const heard: NewsFrame[] = [];
  const ready: string[] = [];
  const gone: number[] = [];
  let look = (): void => {};

  beforeEach(async () => {
    gateways = await Promise.all([startGateway({ env: ENV }), startGateway({ env: ENV })]);
    at = 0;
    for (const list of [heard, ready, gone]) list.length = 0;
    const url = (): string => gateways[at]?.url ?? '';
    const token = (await gateways[0]?.token(['user'])) ?? '';
    socket = new LibrarySocket({
      url,
      token: () => token,
      rest: new LibraryClient(url, token),
      random: () => 0,
      onNews: (news) => {
        heard.push(news);
        look();
      },
      onReady: ({ data }) => {
        ready.push(data.resume);
        look();
      },
      onGone: (code) => {
        gone.push(code);
        look();
      },
    });
  });
  afterEach(async () => {
    socket.close();
    for (const gateway of gateways) await gateway.stop();
  });

  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise<void>((resolve) => (look = resolve));
  };
  const first = (): Gateway => gateways[0] as Gateway;
  const requestsTo = (gateway: Gateway): number => gateway.asked.length;

  it('carries heartbeats and ends, and fails as REST does', async () => {
    socket.open();
    await until(() => ready.length === 1);
    expect(await socket.heartbeat({ session_id: SESSION, seq: 3 })).toMatchObject({ status: 'live', seq: 3 });
    expect(await socket.end({ session_id: SESSION, seq: 4 })).toMatchObject({ status: 'ended', seq: 4 });
    const wrong = socket.heartbeat({ session_id: SESSION, seq: 0 });
    await expect(wrong).rejects.toThrow(RequestFailed);
    await expect(wrong).rejects.toMatchObject({ status: 422, code: 'VALIDATION_ERROR' });
  });

  it('goes over REST while there is no socket', async () => {
    expect(await socket.heartbeat({ session_id: SESSION, seq: 1 })).toMatchObject({ seq: 1 });
    expect(requestsTo(first())).toBe(1);
  });

  it('repeats a beat over REST whose reply the socket took with it', async () => {
    socket.open();
    await until(() => ready.length === 1);
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const engine = first().engine;
    first().engine = () => {
      asked();
      return new Promise(() => {});
    };
    const beat = socket.heartbeat({ session_id: SESSION, seq: 9 });
    await isAsked;
    first().engine = engine;
    at = 1;
    await first().api.drain();
    expect(await beat).toMatchObject({ seq: 9 });
    expect(gateways[1]?.asked.map(({ command }) => command)).toEqual([expect.objectContaining({ seq: 9 })]);
  }, 30_000);

  it('comes back when it is told to, resumes, and hears what it missed', async () => {
    socket.open();
    await until(() => ready.length === 1);
    first().feed.tell(USER, 'library.updated', { change: 'one' });
    await until(() => heard.length === 1);
    gateways[1]?.feed.tell(USER, 'library.updated', { change: 'one' });
    gateways[1]?.feed.tell(USER, 'library.updated', { change: 'two' });
    at = 1;
    await first().api.drain();
    await until(() => heard.length === 2);
    expect(heard.map(({ data }) => data['change'])).toEqual(['one', 'two']);
    expect([gone, ready]).toEqual([[1012], ['fresh', 'resumed']]);
  });

  it('tries again while nobody takes it in', async () => {
    const full = await startGateway({ env: { SOCKETS_MAX_PER_NODE: '1' } });
    const other = new LibrarySocket({
      url: () => full.url,
      token: () => '',
      rest: new LibraryClient(() => full.url, ''),
      onGone: (code) => {
        gone.push(code);
        look();
      },
    });
    other.open();
    await until(() => gone.length === 2);
    expect(gone).toEqual([1006, 1006]);
    other.close();
    await full.stop();
  });

  it('stays away when it was closed', async () => {
    socket.open();
    await until(() => ready.length === 1);
    socket.close();
    await until(() => gone.length === 1);
    expect(gone).toEqual([1000]);
    expect(await socket.heartbeat({ session_id: SESSION, seq: 2 })).toMatchObject({ seq: 2 });
  });
});
