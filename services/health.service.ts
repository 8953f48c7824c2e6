import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceSchema } from 'moleculer';
import type { Config } from '../lib/config/config.ts';
import { isOperationsPath, operationsHandler } from '../lib/http/operations.ts';
import type { Readiness } from '../lib/http/readiness.ts';
import { createServer } from '../lib/http/server.ts';
import type { HttpServer } from '../lib/http/server.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Certificates } from '../lib/tls/certificates.ts';
import { filesOf } from '../lib/tls/pem-files.ts';
import { renderMetrics } from '../lib/telemetry/prometheus.ts';

export interface HealthDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly certificates: Certificates;
}

export interface Health {
  readonly schema: ServiceSchema;
  /** Where it listens; null while it does not. */
  address(): AddressInfo | null;
}

const CLOSE_MS = 1000;

/**
 * Health and metrics on `metrics.port`, for nodes without a gateway and for networks where scrapers must not reach the
 * API's port. Answers to the very end of a drain, so that the platform sees a node leave and not vanish.
 */
export function healthService({ config, clock, readiness, certificates }: HealthDependencies): Health {
  const { port } = config.metrics;
  let server: HttpServer | null = null;
  const schema: ServiceSchema = {
    name: 'health',
    async started() {
      if (port === null) return;
      const answer = operationsHandler({ readiness, metrics: () => renderMetrics(this.broker) });
      const listener: RequestListener = (req, res) => {
        const path = req.url ?? '';
        if (!isOperationsPath(path)) return void res.writeHead(404).end();
        if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { Allow: 'GET, HEAD' }).end();
        answer(path, res).catch((error: unknown) => {
          this.logger.error({ err: error }, 'operations request failed');
          res.destroy();
        });
      };
      const shown =
        config.metrics.tlsCertFile === null ? null : certificates.watch('metrics', filesOf('metrics', config.metrics));
      server = createServer(config.http, port, clock, listener, null, shown);
      const address = await server.listen();
      this.logger.info({ port: address.port }, 'health and metrics listening');
    },
    async stopped() {
      await server?.close(CLOSE_MS);
    },
  };
  return { schema, address: () => server?.address() ?? null };
}
