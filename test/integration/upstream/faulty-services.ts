import type { status as Status } from '@grpc/grpc-js';
import type { Kysely } from 'kysely';
import type { Config } from '../../../lib/config/config.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Schema } from '../../../lib/db/schema.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { Certificates } from '../../../lib/tls/certificates.ts';
import { openUpstreams, type Upstreams } from '../../../lib/upstream/open-upstreams.ts';
import { startUpstreamServer, type Answers, type UpstreamServer } from '../../../scripts/upstream/upstream-server.ts';

/** Real servers of Account and Catalog that do as the test says, and the clients in front of them. */
export interface FaultyServices {
  /** Names of the calls that reached the servers. */
  readonly reached: string[];
  /** What stands before every answer now; nothing when null. */
  fault: (() => Promise<void>) | null;
  readonly broke: string[];
  readonly healed: string[];
  /** Clients as a process has them that starts now. */
  open(env?: Readonly<Record<string, string>>, clock?: Clock): Upstreams;
  /** The servers die; {@link revive} brings them back on the same port. */
  die(): void;
  revive(): Promise<void>;
  close(): Promise<void>;
}

export const dying = (code: Status) => (): Promise<void> => Promise.reject(Object.assign(new Error('fault'), { code }));
export const hanging = (): Promise<void> => new Promise(() => {});

/** Times that a test can wait for. */
const QUICK = {
  UPSTREAM_TIMEOUT_MS: '3000',
  UPSTREAM_ATTEMPTS: '2',
  UPSTREAM_BREAKER_FAILURES: '4',
  UPSTREAM_BREAKER_OPEN_MS: '200',
  UPSTREAM_ACCOUNT_FRESH_SECONDS: '1',
};

export async function startFaultyServices(
  db: () => Kysely<Schema>,
  answers: Pick<Answers, 'accountOf' | 'gameOf'>,
): Promise<FaultyServices> {
  const opened: Upstreams[] = [];
  const services: FaultyServices = {
    reached: [],
    fault: null,
    broke: [],
    healed: [],
    open(env = {}, clock = systemClock()) {
      const { upstream } = configOf({ ACCOUNT_GRPC_ADDR: address, CATALOG_GRPC_ADDR: address, ...QUICK, ...env });
      const upstreams = openUpstreams(upstream, {
        db: db(),
        clock,
        certificates: new Certificates({ clock, log: console }),
        eventsOf: (service) => ({
          tried: () => {},
          broke: () => services.broke.push(service),
          healed: () => services.healed.push(service),
        }),
        failed: () => {},
      });
      opened.push(upstreams);
      return upstreams;
    },
    die: () => server.close(),
    async revive() {
      server = await start(Number(address.split(':')[1]));
    },
    async close() {
      for (const upstreams of opened) await upstreams.close();
      server.close();
    },
  };
  const start = (port: number): Promise<UpstreamServer> =>
    startUpstreamServer(
      {
        ...answers,
        async before(method) {
          services.reached.push(method);
          await services.fault?.();
        },
      },
      port,
    );
  let server = await start(0);
  const { address } = server;
  return services;
}

function configOf(env: Readonly<Record<string, string>>): Config {
  return configFrom('', env);
}

/** A clock that runs with the machine's, some time ahead. */
export function aheadBy(ms: () => number): Clock {
  const clock = systemClock();
  return { now: () => clock.now() + ms(), after: (ms, callback) => clock.after(ms, callback) };
}
