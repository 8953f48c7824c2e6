import { group, number, oneOf, optionalText } from '../setting.ts';

/** Where the ways of single requests are told. */
export const tracing = group({
  otlpEndpoint: optionalText(
    {
      env: 'TRACING_OTLP_ENDPOINT',
      default: null,
      description: 'Collector or Jaeger that takes OTLP over HTTP, without the path /v1/traces; null: no tracing',
    },
    { pattern: '^https?://[^\\s]+$' },
  ),
  otlpHeaders: optionalText(
    {
      env: 'TRACING_OTLP_HEADERS',
      default: null,
      secret: true,
      description: 'Headers that the collector wants, such as for authorization: name=value, separated by commas',
    },
    { pattern: '^[A-Za-z0-9-]+=[^,]*(,[A-Za-z0-9-]+=[^,]*)*$' },
  ),
  tlsCaFile: optionalText({
    env: 'TRACING_TLS_CA_FILE',
    default: null,
    description: 'PEM certificates that the collector is known by; null: those of the system',
  }),
  sampleRatio: number(0, 1, {
    env: 'TRACING_SAMPLE_RATIO',
    default: 0.01,
    description: 'Share of the requests whose way is told, where the caller does not decide it',
  }),
  callers: oneOf(['services', 'all', 'none'], {
    env: 'TRACING_CALLERS',
    default: 'services',
    description:
      'Whose word on sampling counts: services (gRPC and Kafka), all (also REST, behind a proxy that sets it), or none',
  }),
});
