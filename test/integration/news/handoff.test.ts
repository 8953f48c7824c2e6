import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { systemClock } from '../../../lib/ports/clock.ts';
import { configFrom } from '../../../lib/config/load.ts';
import { emit } from '../../../lib/events/emit.ts';
import type { HeardNews, NewsFeed } from '../../../lib/ports/news.ts';
import { mustUuidKey } from '../../../lib/uuid.ts';
import { createDatabase, type FreshDatabase } from '../../../scripts/servers/postgres.ts';
import { gatewayFeed } from '../../../services/feed.service.ts';
import { startNode, type LibraryNode } from '../../../services/node.ts';
import { engineRegion } from '../../../services/region.ts';
import { describeWithServers } from '../../servers.ts';

const LIMIT_MS = 60_000;
const USERS = 40;

describeWithServers(['PostgreSQL', 'NATS'], 'news while engines come and go', ({ PostgreSQL, NATS }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-handoff-'));
  let fresh: FreshDatabase;
  let home: LibraryNode;
  const engines: LibraryNode[] = [];
  let feed: NewsFeed;
  const heard: HeardNews[] = [];
  let wake = (): void => undefined;

  const configOf = (id: string, roles: string) =>
    configFrom('', {
      NODE_ID: id,
      NODE_ROLES: roles,
      NATS_URL: NATS,
      POSTGRES_DSN: fresh.dsn,
      DATA_DIR: path.join(folder, id),
      LIBRARY_HTTP_PORT: '0',
      LIBRARY_GRPC_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      HTTP_DRAIN_GRACE_MS: '0',
      LOG_LEVEL: 'fatal',
      SHARDS: '32',
    });
  const engine = async (id: string): Promise<LibraryNode> => {
    const node = await startNode(configOf(id, 'engine'));
    engines.push(node);
    return node;
  };
  const wish = async (userId: string): Promise<void> => {
    const event = { type: 'library.wishlist.item.added' as const, data: { user_id: userId, game_id: uuidv7() } };
    await home.database!.db.transaction().execute((transaction) => emit(transaction, Date.now(), [event]));
  };
  const untilHeard = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };

  beforeAll(async () => {
    fresh = await createDatabase(PostgreSQL, 'handoff');
    home = await startNode(configOf('home', 'domain,bridge'));
    await engine('engine-a');
    const { broker } = home;
    const clock = systemClock();
    const config = configOf('home', 'gateway');
    const { region, follow } = engineRegion(broker, config, clock);
    follow();
    const gateway = gatewayFeed({ broker, config, engine: region, clock });
    broker.createService(gateway.schema);
    ({ feed } = gateway);
  }, LIMIT_MS);
  afterAll(async () => {
    await Promise.all(engines.map((node) => node.stop()));
    await home.stop();
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  }, LIMIT_MS);

  it(
    'are heard once each, in order and long before a sweep, when an engine joins and another one leaves',
    async () => {
      const users = Array.from({ length: USERS }, () => uuidv7());
      const listener = {
        news: (one: HeardNews): void => {
          heard.push(one);
          wake();
        },
        position: () => undefined,
        reset: () => undefined,
      };
      const followed = await Promise.all(users.map((user) => feed.follow(mustUuidKey(user), null, listener)));
      const began = performance.now();
      let told = 0;
      const wishAll = async (): Promise<void> => {
        for (const user of users) await wish(user);
        told += USERS;
        await untilHeard(told);
      };
      await wishAll();
      const joining = engine('engine-b');
      await wishAll();
      await joining;
      await wishAll();
      const leaving = engines.shift()!.stop();
      await wishAll();
      await leaving;
      await wishAll();
      expect(performance.now() - began).toBeLessThan(30_000);
      const numbers = heard.map(({ news }) => news.number!);
      expect(new Set(numbers).size).toBe(told);
      for (const each of followed) each.stop();
    },
    LIMIT_MS,
  );
});
