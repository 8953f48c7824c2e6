import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath as HEALTH_PROTO } from 'grpc-health-check';
import { serverCredentials } from './certificates.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import type { LibraryCommandServiceHandlers } from './generated/library/v1/LibraryCommandService.ts';
import type { LibraryQueryServiceHandlers } from './generated/library/v1/LibraryQueryService.ts';
import { grant, install, revoke, unlock } from './command-methods.ts';
import { libraryDefinition, libraryProto } from './protos.ts';
import * as query from './query-methods.ts';
import { unaryHandler, type UnaryDependencies } from './unary.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Certificates } from '../tls/certificates.ts';

/** One listening port of the gRPC API, with health and reflection, and a way to stop without failing a call. */
export interface GrpcServer {
  /** Resolves with the port when connections are accepted. Rejects when the address cannot be had. */
  listen(): Promise<number>;
  /** Null before and after. */
  port(): number | null;
  /** What the health service answers of every service, and tells those who watch. */
  setServing(serving: boolean): void;
  /**
   * Accepts no more connections, asks clients to go elsewhere, and waits for the calls under way.
   *
   * @param ms what is then still open is cut
   */
  close(ms: number): Promise<void>;
}

export interface GrpcServerDependencies extends Omit<UnaryDependencies, 'config' | 'calls'> {
  readonly config: Config;
  readonly clock: Clock;
  readonly certificates: Certificates;
}

const KEEPALIVE_TIMEOUT_MS = 20_000;
/** How long connections may take to end by themselves when no call is under way any more. */
const LAST_WORDS_MS = 500;
/** '' stands for the server as a whole (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
const HEALTH_NAMES = ['', 'library.v1.LibraryQueryService', 'library.v1.LibraryCommandService'];

export function createGrpcServer(dependencies: GrpcServerDependencies): GrpcServer {
  const { config, clock } = dependencies;
  const { grpc } = config;
  const calls = new CallsUnderWay();
  const server = new Server({
    'grpc.max_receive_message_length': grpc.maxMessageBytes,
    'grpc.max_concurrent_streams': grpc.maxConcurrentStreams,
    'grpc.keepalive_time_ms': grpc.keepaliveMs,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_connection_age_ms': grpc.maxConnectionAgeSeconds * 1000,
    // No call lives longer; what would be cut is a watch of the health, which clients begin anew.
    'grpc.max_connection_age_grace_ms': grpc.maxDeadlineMs,
    // Not without channelz: grpc-js 1.14 then knows no connections, and `forceShutdown` cuts none.
    'grpc.enable_channelz': 1,
  });
  const { LibraryQueryService, LibraryCommandService } = libraryProto().library.v1;
  const handlers = handlersOf({ ...dependencies, config: grpc, calls });
  server.addService(LibraryQueryService.service, handlers.query);
  server.addService(LibraryCommandService.service, handlers.command);
  const health = new HealthImplementation(Object.fromEntries(HEALTH_NAMES.map((name) => [name, 'NOT_SERVING'])));
  health.addToServer(server);
  new ReflectionService(libraryDefinition(HEALTH_PROTO)).addToServer(server);
  let port: number | null = null;

  async function close(ms: number): Promise<void> {
    if (port === null) return;
    port = null;
    // Closes the port and asks clients to go elsewhere. Resolves when they have: not while they watch the health.
    const left = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    await within(ms, calls.none());
    // The last answers are on their way.
    await within(LAST_WORDS_MS, left);
    server.forceShutdown();
  }

  async function within(ms: number, event: Promise<void>): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(ms, resolve);
    });
    await Promise.race([event, late]);
    cancel();
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.bindAsync(
          authority(config.http.host, grpc.port),
          serverCredentials(grpc, dependencies.certificates),
          (error, bound) => {
            if (error !== null) return reject(error);
            port = bound;
            resolve(bound);
          },
        );
      }),
    port: () => port,
    setServing(serving) {
      for (const name of HEALTH_NAMES) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
    close,
  };
}

function handlersOf(dependencies: UnaryDependencies) {
  return {
    query: {
      GetLibrary: unaryHandler('GetLibrary', query.getLibrary, dependencies),
      GetLibraryItem: unaryHandler('GetLibraryItem', query.getLibraryItem, dependencies),
      CheckGameAccess: unaryHandler('CheckGameAccess', query.checkAccess, dependencies),
      BatchCheckGameAccess: unaryHandler('BatchCheckGameAccess', query.batchCheckAccess, dependencies),
      GetPlaytime: unaryHandler('GetPlaytime', query.getPlaytime, dependencies),
      GetAchievements: unaryHandler('GetAchievements', query.getAchievements, dependencies),
    } satisfies LibraryQueryServiceHandlers,
    command: {
      GrantGame: unaryHandler('GrantGame', grant, dependencies),
      RevokeGame: unaryHandler('RevokeGame', revoke, dependencies),
      UnlockAchievement: unaryHandler('UnlockAchievement', unlock, dependencies),
      SetInstallStatus: unaryHandler('SetInstallStatus', install, dependencies),
    } satisfies LibraryCommandServiceHandlers,
  };
}

/** An IPv6 address in brackets. */
function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
