/** Who `npm run token` speaks for unless told otherwise; owns the first twenty games of the sample catalogue. */
export const DEMO_USER_ID = '00000000-0000-7000-8000-000000000001';

/** Borrows the demo user's games: `npm run token -- --user` takes the id. */
export const DEMO_MEMBER_ID = '00000000-0000-7000-8000-000000000002';
