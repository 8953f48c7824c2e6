/** Launchers on WebSockets, while processes of the cluster die and leave. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { NewsFrame, ReadyEvent } from '../../lib/contract/frames.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { LibrarySocket } from '../../scripts/client/library-socket.ts';
import { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { describeWithServers } from '../servers.ts';

const START_LIMIT_MS = 90_000;
const LIMIT_MS = 120_000;
const USERS = 16;
const GAMES = SAMPLE_GAME_IDS.slice(0, 30);

interface Player {
  readonly id: string;
  readonly client: LibraryClient;
  readonly socket: LibrarySocket;
  /** Games in the order in which they were heard to be added. */
  readonly added: string[];
  readonly ready: ReadyEvent['data']['resume'][];
  readonly gone: number[];
}

describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'launchers on WebSockets of a cluster', () => {
  let folder: string;
  let cluster: LocalCluster;
  let admin: LibraryClient;
  let players: Player[] = [];
  /** Wakes whoever waits for something to be heard. */
  let heard = (): void => {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'library-sockets-'));
    cluster = await LocalCluster.start({
      engines: 2,
      gateways: 2,
      domains: 1,
      httpPort: 0,
      env: {
        LOG_LEVEL: 'warn',
        DEMO_DATA: 'always',
        SHARDS: '64',
        HTTP_DRAIN_GRACE_MS: '0',
        SOCKETS_RECONNECT_SPREAD_MS: '500',
        LIBRARY_GRPC_PORT: '0',
      },
      logFile: join(folder, 'cluster.log'),
    });
    admin = new LibraryClient(() => cluster.gateways[0]?.url ?? '', await demoToken(randomUUID(), ['admin']));
  }, START_LIMIT_MS);
  afterEach(() => {
    for (const { socket } of players.splice(0)) socket.close();
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }, START_LIMIT_MS);

  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise<void>((resolve) => (heard = resolve));
  };

  /** @param at the gateway to connect to, asked at each connection */
  async function connect(at: (attempt: number) => number): Promise<void> {
    players = await Promise.all(
      Array.from({ length: USERS }, async (_, index): Promise<Player> => {
        const id = randomUUID();
        const token = await demoToken(id);
        let attempt = 0;
        const url = (): string => cluster.gateways[at(index + attempt)]?.url ?? '';
        const client = new LibraryClient(url, token);
        const added: string[] = [];
        const ready: ReadyEvent['data']['resume'][] = [];
        const gone: number[] = [];
        const socket = new LibrarySocket({
          url,
          token: () => token,
          rest: client,
          onNews: ({ event, data }: NewsFrame) => {
            if (event === 'library.updated' && data['change'] === 'added') added.push(String(data['game_id']));
            heard();
          },
          onReady: ({ data }) => {
            ready.push(data.resume);
            heard();
          },
          onGone: (code) => {
            gone.push(code);
            attempt += 1;
          },
        });
        socket.open();
        return { id, client, socket, added, ready, gone };
      }),
    );
    await until(() => players.every(({ ready }) => ready.length === 1));
  }

  async function grant(game_id: string): Promise<void> {
    await Promise.all(players.map(({ id }) => admin.grant(id, { game_id, source: 'gift' })));
  }

  const heardAll = (): boolean => players.every(({ added }) => added.length >= GAMES.length);

  it(
    'hear of everything once and in order when an engine is killed, without as much as a new connection',
    async () => {
      await connect((index) => index % 2);
      for (const [index, game] of GAMES.entries()) {
        if (index === 10) await cluster.node('engine-1').kill();
        await grant(game);
      }
      await until(heardAll);
      for (const { added, ready, gone } of players) expect([added, ready, gone]).toEqual([GAMES, ['fresh'], []]);
      await cluster.node('engine-1').start();
    },
    LIMIT_MS,
  );

  it(
    'go on elsewhere when their gateway leaves, hear what they missed, and have every heartbeat answered',
    async () => {
      await connect((attempt) => attempt % 2);
      const game_id = GAMES[0] ?? '';
      const sessions: { readonly player: Player; readonly session_id: string; seq: number }[] = [];
      await grant(game_id);
      for (const player of players) {
        const { session_id } = await player.client.start({ game_id, device_id: randomUUID() });
        sessions.push({ player, session_id, seq: 0 });
      }
      const beatAll = async (): Promise<void> => {
        for (const session of sessions) {
          session.seq += 1;
          const { session_id, seq } = session;
          const reply = await session.player.socket.heartbeat({ session_id, seq });
          expect(reply).toMatchObject({ status: 'live', seq });
        }
      };
      await beatAll();
      const leaving = cluster.node('gateway-2').stop();
      for (const game of GAMES.slice(1)) {
        await grant(game);
        await beatAll();
      }
      await leaving;
      await until(heardAll);
      for (const { added } of players) expect(added).toEqual(GAMES);
      const moved = players.filter(({ gone }) => gone.length > 0);
      expect(moved).toHaveLength(USERS / 2);
      for (const { gone, ready } of moved) expect([gone[0], ready.at(-1)]).toEqual([1012, 'resumed']);
      await cluster.node('gateway-2').start();
    },
    LIMIT_MS,
  );
});
