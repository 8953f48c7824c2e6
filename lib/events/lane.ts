/** How many relays can carry the outbox side by side. Never lowered while events wait. */
export const OUTBOX_LANES = 16;

/** The lane of all of a user's events, from the id's last byte: random in every version of UUID. */
export function laneOf(userId: string): number {
  return Number.parseInt(userId.slice(-2), 16) % OUTBOX_LANES;
}

/** The same in SQL, of a uuid expression. */
export function laneSql(userId: string): string {
  return `(get_byte(uuid_send(${userId}), 15) % ${OUTBOX_LANES})::smallint`;
}
