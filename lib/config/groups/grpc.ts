import { group, oneOf, optionalText, port, whole } from '../setting.ts';

/** How other services of the platform reach the gateways. */
export const grpc = group({
  port: port({
    env: 'LIBRARY_GRPC_PORT',
    default: 9090,
    description: 'Port of the gRPC API on gateways; 0: any free one',
  }),
  deadlineMs: whole(100, 60_000, {
    env: 'GRPC_DEADLINE_MS',
    default: 4000,
    description: 'Time a call may take whose client sets no deadline',
  }),
  maxDeadlineMs: whole(100, 300_000, {
    env: 'GRPC_MAX_DEADLINE_MS',
    default: 30_000,
    description: 'Time that any call may take, whatever deadline its client sets',
  }),
  maxMessageBytes: whole(1024, 16_777_216, {
    env: 'GRPC_MAX_MESSAGE_BYTES',
    default: 262_144,
    description: 'Largest request message',
  }),
  maxConcurrentStreams: whole(1, 100_000, {
    env: 'GRPC_MAX_CONCURRENT_STREAMS',
    default: 1000,
    description: 'Calls under way on one connection, at most',
  }),
  keepaliveMs: whole(1000, 7_200_000, {
    env: 'GRPC_KEEPALIVE_MS',
    default: 60_000,
    description: 'How often a silent connection is asked whether its client still lives',
  }),
  maxConnectionAgeSeconds: whole(10, 86_400, {
    env: 'GRPC_MAX_CONNECTION_AGE_SECONDS',
    default: 1800,
    description: 'How long a client keeps one connection, so that clients spread over gateways that came later',
  }),
  tlsCertFile: optionalText({
    env: 'GRPC_TLS_CERT_FILE',
    default: null,
    description: 'PEM certificate chain, read again when it changes; null: plain HTTP/2',
  }),
  tlsKeyFile: optionalText({
    env: 'GRPC_TLS_KEY_FILE',
    default: null,
    description: 'PEM private key of that certificate',
  }),
  tlsClientCaFile: optionalText({
    env: 'GRPC_TLS_CLIENT_CA_FILE',
    default: null,
    description: 'PEM certificates that clients are known by as services of the platform; null: by tokens only',
  }),
  tlsClients: oneOf(['optional', 'required'], {
    env: 'GRPC_TLS_CLIENTS',
    default: 'optional',
    description: 'Whether clients without a certificate of that authority may connect, and call with a token',
  }),
  tlsClientNames: optionalText(
    {
      env: 'GRPC_TLS_CLIENT_NAMES',
      default: null,
      description:
        'Clients that are services of the platform, by common name, DNS name or URI in their certificate, separated by commas; null: all of that authority',
    },
    { pattern: '^[^\\s,]+(,[^\\s,]+)*$' },
  ),
});
