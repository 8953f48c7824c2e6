import { group, optionalText, whole } from '../setting.ts';

const MOST = 1_000_000;
const perSecond = (env: string, amount: number, description: string) =>
  whole(0, MOST, { env, default: amount, description });
const perHour = perSecond;
/** A handshake costs several requests: a bucket must have room for it. */
const burst = (env: string, amount: number, description: string) =>
  whole(10, MOST, { env, default: amount, description });

/** How much of a gateway one caller may have. Each gateway counts for itself, but for what is shared in Redis. */
export const limits = group({
  trustedProxies: optionalText(
    {
      env: 'LIMITS_TRUSTED_PROXIES',
      default: null,
      description:
        'Networks of the proxies whose X-Forwarded-For is believed (10.0.0.0/8,fd00::/8), separated by commas; null: none',
    },
    { pattern: '^[0-9A-Fa-f:.]+(/\\d{1,3})?(,[0-9A-Fa-f:.]+(/\\d{1,3})?)*$' },
  ),
  keys: whole(1000, 10_000_000, {
    env: 'LIMITS_KEYS',
    default: 100_000,
    description:
      'Callers and addresses that a gateway remembers of each kind, about 100 B each; the idlest is forgotten',
  }),
  userPerSecond: perSecond('LIMITS_USER_PER_SECOND', 50, 'Requests of one user in the long run; 0: any number'),
  userBurst: burst('LIMITS_USER_BURST', 500, 'Requests of one user at once'),
  servicePerSecond: perSecond(
    'LIMITS_SERVICE_PER_SECOND',
    10_000,
    'Requests and gRPC calls of one caller of role service, support or admin in the long run; 0: any number',
  ),
  serviceBurst: burst('LIMITS_SERVICE_BURST', 20_000, 'Requests and gRPC calls of one such caller at once'),
  addressPerSecond: perSecond(
    'LIMITS_ADDRESS_PER_SECOND',
    1000,
    'Requests of one address (IPv6: its /64) in the long run, whoever sends them; 0: any number; loopback is never counted',
  ),
  addressBurst: burst('LIMITS_ADDRESS_BURST', 5000, 'Requests of one address at once'),
  failuresPerSecond: perSecond(
    'LIMITS_FAILURES_PER_SECOND',
    10,
    'Tokens of one address that prove wrong, in the long run; above, no new token of it is looked at; 0: any number',
  ),
  failuresBurst: burst('LIMITS_FAILURES_BURST', 600, 'Tokens of one address that may prove wrong at once'),
  uploadsPerHour: perHour('LIMITS_UPLOADS_PER_HOUR', 2000, 'Upload URLs that one user may ask for; 0: any number'),
  exportsPerHour: perHour('LIMITS_EXPORTS_PER_HOUR', 30, 'Exports that one user may ask for; 0: any number'),
  invitationsPerHour: perHour(
    'LIMITS_INVITATIONS_PER_HOUR',
    100,
    'Invitations to a family that one user may send; 0: any number',
  ),
});
