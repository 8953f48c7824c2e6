import type { PrivateProcess } from './private-process.ts';

export type ServerName = 'PostgreSQL' | 'Redis' | 'NATS' | 'Kafka' | 'S3';

interface AnyServer {
  readonly name: ServerName;
  /**
   * For clients: `postgres://…`, `redis://…`, `nats://…`, `host:port`, or what `s3-address.ts` describes; a server of the
   * environment as it was given there.
   */
  readonly address: string;
  readonly version: string;
  /** Ends a private server and removes its data; leaves a server of the environment alone. */
  stop(): Promise<void>;
}

/** A server that somebody else runs. */
export interface EnvironmentServer extends AnyServer {
  readonly kind: 'environment';
}

/** A server of our own, whose process the fault tests may kill, freeze and start again. */
export interface PrivateServer extends AnyServer {
  readonly kind: 'private';
  readonly process: PrivateProcess;
}

export type Server = EnvironmentServer | PrivateServer;

/** Asks a running server for its version. Rejects when it does not serve (yet). */
export type Probe = (address: string) => Promise<string>;

/** The server that the environment names. Rejects with one clear line when it does not answer. */
export async function environmentServer(name: ServerName, address: string, probe: Probe): Promise<EnvironmentServer> {
  const version = await probe(address).catch((error: unknown) => {
    throw new Error(`${name} is named by the environment but does not answer: ${String(error)}`, { cause: error });
  });
  return { name, address, version, kind: 'environment', stop: () => Promise.resolve() };
}
