/**
 * In how many rows each counter is kept. Users share a row with a 32nd of all others, so that many can be counted at
 * once. Never changed while data lives: a user must be taken off the row that counted them.
 */
export const STAT_SLOTS = 32;

/** The slot that counts this user, from the id's last byte: random in every version of UUID. */
export function slotOf(userId: string): number {
  return Number.parseInt(userId.slice(-2), 16) % STAT_SLOTS;
}
