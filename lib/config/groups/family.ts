import { group, whole } from '../setting.ts';

/** Sharing a library within a family. */
export const family = group({
  graceSeconds: whole(0, 86_400, {
    env: 'FAMILY_GRACE_SECONDS',
    default: 300,
    description: 'How long a borrower may play on at least when the owner starts the same game',
  }),
});
