import { group, optionalText, whole } from '../setting.ts';

/** The WebSocket of launchers, at the gateways. */
export const sockets = group({
  allowedOrigins: optionalText(
    {
      env: 'SOCKETS_ALLOWED_ORIGINS',
      default: null,
      description:
        'Web pages that may connect (https://play.example.com), separated by commas; null: those of the same host only',
    },
    { pattern: '^https?://[^\\s/,]+(,https?://[^\\s/,]+)*$' },
  ),
  maxPerUser: whole(1, 1000, {
    env: 'SOCKETS_MAX_PER_USER',
    default: 8,
    description: 'WebSockets that a user may have open at one gateway',
  }),
  maxPerNode: whole(1, 1_000_000, {
    env: 'SOCKETS_MAX_PER_NODE',
    default: 50_000,
    description: 'WebSockets that a gateway takes in',
  }),
  framesPerSecond: whole(1, 10_000, {
    env: 'SOCKETS_FRAMES_PER_SECOND',
    default: 20,
    description:
      'Frames that a WebSocket may send within a second; above, they are refused, at twice as many it is closed',
  }),
  beginMs: whole(1, 600_000, {
    env: 'SOCKETS_BEGIN_MS',
    default: 1_000,
    description: 'How long a WebSocket may be silent before it begins without resuming',
  }),
  pingIntervalSeconds: whole(1, 3600, {
    env: 'SOCKETS_PING_INTERVAL_SECONDS',
    default: 30,
    description: 'How often a WebSocket is pinged; twice without an answer, it is cut',
  }),
  maxBufferedBytes: whole(4096, 16_777_216, {
    env: 'SOCKETS_MAX_BUFFERED_BYTES',
    default: 65_536,
    description: 'What may wait to be taken out by a slow client before its WebSocket is closed',
  }),
  reconnectSpreadMs: whole(0, 600_000, {
    env: 'SOCKETS_RECONNECT_SPREAD_MS',
    default: 10_000,
    description: 'While stopping: over how long launchers are asked to spread their coming back',
  }),
});
