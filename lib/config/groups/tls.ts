import { group, oneOf } from '../setting.ts';

/** What holds for all connections. Which files each uses is set beside its address. */
export const tls = group({
  required: oneOf(['on', 'off'], {
    env: 'TLS_REQUIRED',
    default: 'off',
    description: 'Whether a setting that leaves any connection in plain text stops the start',
  }),
});
