import type { ServiceBroker } from 'moleculer';
import { redisTls } from './connections.ts';
import type { Config } from '../lib/config/config.ts';
import { createLimits, type Limits } from '../lib/limits/limits.ts';
import { openQuotas, type Quotas } from '../lib/limits/quotas.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Certificates } from '../lib/tls/certificates.ts';
import { limitMetrics } from '../lib/telemetry/limit-metrics.ts';

export interface GatewayLimits {
  readonly limits: Limits;
  readonly quotas: Quotas;
}

/** A request waits no longer for Redis to count it. */
const COMMAND_TIMEOUT_MS = 250;
/** While Redis is away every request of a kind that is counted there meets it; once a minute is enough to say so. */
const TELL_MS = 60_000;

/** What one caller may have of this gateway, the same over REST, WebSocket and gRPC. */
export async function gatewayLimits(
  config: Config,
  broker: ServiceBroker,
  clock: Clock,
  certificates: Certificates,
): Promise<GatewayLimits> {
  const { limits: rules, redis } = config;
  const { logger } = broker;
  const metrics = limitMetrics(broker);
  let toldAt = -Infinity;
  const limits = createLimits({
    rules,
    clock,
    metrics,
    notBelieved: () =>
      logger.warn({
        msg: 'X-Forwarded-For came from an address that is not in limits.trustedProxies: it is counted as the client itself',
      }),
  });
  const quotas = await openQuotas({
    rules,
    redis:
      redis.addr === null
        ? null
        : [
            redis.addr,
            {
              name: 'library quotas',
              commandTimeoutMs: COMMAND_TIMEOUT_MS,
              tls: redisTls(redis, certificates),
              onError: (error) => logger.warn({ msg: 'redis connection of the quotas lost', error: error.message }),
            },
          ],
    failed: (error) => {
      if (clock.now() - toldAt < TELL_MS) return;
      toldAt = clock.now();
      logger.warn({ msg: 'quotas are counted by this gateway alone', error: String(error) });
    },
    refused: (name) => metrics.refused(name),
  });
  return { limits, quotas };
}
