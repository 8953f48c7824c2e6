import { stdSerializers } from 'pino';
import type { DestinationStream, LoggerOptions } from 'pino';
import type { Config } from '../config/config.ts';
import { currentScope } from './tracing/current.ts';

/** Members that carry secrets wherever they turn up in a logged object, one level deep and below. */
const SECRETS = ['authorization', 'token', 'password', 'secret', 'dsn', 'devKey', 'cookie'];

/** JSON lines with the time as RFC 3339, `service` in place of pino's pid and host, and secrets cut out. */
export function pinoOptions(config: Config): LoggerOptions {
  return {
    level: config.log.level,
    base: { service: 'library', node: config.node.id },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: traceOfRequest,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
}

/** Whose request it is, of whatever is logged while one is worked on; the span only where its way is told. */
function traceOfRequest(): object {
  const scope = currentScope();
  if (scope === undefined) return {};
  return { trace_id: scope.traceId, ...(scope.span === null ? {} : { span_id: scope.span.spanId }) };
}

/**
 * The `logger` option of the broker. Everything that Moleculer and the services log goes through pino as JSON.
 *
 * @param destination where lines go; standard output by default.
 */
export function brokerLogger(config: Config, destination?: DestinationStream) {
  return {
    type: 'Pino',
    options: {
      level: config.log.level,
      pino: { options: pinoOptions(config), ...(destination === undefined ? {} : { destination }) },
    },
  };
}
