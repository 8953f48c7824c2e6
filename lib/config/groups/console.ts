import { group, oneOf, whole } from '../setting.ts';

/** The console for operators and support: whether there is one, and what it is fed with at the gateways. */
export const console = group({
  enabled: oneOf(['on', 'off'], {
    env: 'CONSOLE_ENABLED',
    default: 'on',
    description: 'Whether gateways serve the page `/console`; what it shows takes a token of support or an operator',
  }),
  streamsPerGateway: whole(1, 10_000, {
    env: 'CONSOLE_STREAMS_PER_GATEWAY',
    default: 100,
    description: 'Event streams that people may have open at one gateway',
  }),
  maxBufferedBytes: whole(262_144, 67_108_864, {
    env: 'CONSOLE_MAX_BUFFERED_BYTES',
    default: 1_048_576,
    description: 'What may wait to be taken out by a slow client before its event stream is cut',
  }),
});
