/** Broker options of every node, whatever its roles. */
import { Errors, type BrokerOptions, type Middleware } from 'moleculer';
import { natsTls } from './lib/tls/nats-options.ts';
import type { TlsSettings } from './lib/tls/pem-files.ts';
import { knownCode, LibraryError, type ErrorData } from './lib/errors.ts';

/** Errors of the catalogue cross nodes as what they are; everything else keeps Moleculer's own treatment. */
class CatalogueRegenerator extends Errors.Regenerator {
  override restore(plain: Errors.PlainMoleculerError, payload: Record<string, unknown>): Error {
    const code = plain.name === 'LibraryError' ? knownCode(String(plain.type), plain.code) : null;
    if (code === null) return super.restore(plain, payload);
    return new LibraryError(code, plain.message, (plain.data ?? {}) as ErrorData);
  }
}

/** A node that joins or leaves placement must be heard of at once. (Moleculer's types do not know the setting.) */
const TRANSIT = { disableReconnect: false, serviceChangedDebounceTime: 0 };

export interface BrokerSettings {
  readonly nodeId: string;
  /** NATS; null when this process is alone. */
  readonly natsUrl: string | null;
  /** The files for TLS with it. */
  readonly natsFiles?: TlsSettings;
  readonly logger: BrokerOptions['logger'];
  /** Options of Moleculer's metrics; its types do not know a reporter of one's own. */
  readonly metrics: object | false;
  readonly middlewares: readonly Middleware[];
}

/** @throws ConfigError when a file for TLS cannot be used */
export function brokerOptions(settings: BrokerSettings): BrokerOptions {
  const { nodeId, natsUrl, natsFiles, logger, metrics, middlewares } = settings;
  return {
    namespace: 'library',
    nodeID: nodeId,
    logger: logger ?? false,
    metrics,
    middlewares: [...middlewares],
    transporter: natsUrl === null ? null : { type: 'NATS', options: natsOptions(natsUrl, natsFiles ?? {}) },
    // Without records and tags: both ends know the shapes, and plain maps decode faster than tagged ones.
    serializer: { type: 'CBOR', options: { useRecords: false, useTag259ForMaps: false } },
    // The default of 0 lets calls hang for ever. Callers with a deadline set their own time-out.
    requestTimeout: 5_000,
    // A dead node must be noticed within seconds; the defaults take a minute. A false alarm costs a handoff, nothing more.
    heartbeatInterval: 1,
    heartbeatTimeout: 3,
    transit: TRANSIT,
    registry: { preferLocal: true, strategy: 'RoundRobin' },
    // Retries and circuit breaking of engine calls are the region's work (it knows owners and deadlines).
    retryPolicy: { enabled: false },
    circuitBreaker: { enabled: false },
    // Costs 30 % of the call throughput; the drain of each role waits for its own requests instead.
    tracking: { enabled: false },
    // Input is validated once, where it enters, against the contract.
    validator: false,
    internalServices: true,
    errorRegenerator: new CatalogueRegenerator(),
    skipProcessEventRegistration: true,
  };
}

/** One that accepts a connection and says nothing is given up after this; the client's own 20 s outlast any drain. */
const NATS_CONNECT_MS = 5_000;

/** How often the client asks whether NATS is still there: the third unanswered time it connects anew. Its own 2 min take 6. */
const NATS_PING_MS = 10_000;

function natsOptions(url: string, files: TlsSettings): object {
  const tls = natsTls(url, files);
  const patience = { timeout: NATS_CONNECT_MS, pingInterval: NATS_PING_MS, maxReconnectAttempts: -1 };
  return { url, ...patience, ...(tls === null ? {} : { tls }) };
}
