/** Whether every event of the outbox arrived, in order. Pure. */
import type { IncomingMessage } from '../../../lib/ports/event-bus.ts';
import { toldEvent } from '../../event-schemas.ts';

export interface OutboxViolation {
  readonly invariant: string;
  readonly what: string;
}

export const OUTBOX_TOPIC = 'playtime-events';

/**
 * @param emitted how many events of each user there are; the `n`th carries `n` as `total_seconds`
 * @param messages of the topic, in the order of each partition
 */
export function verifyOutbox(
  emitted: ReadonlyMap<string, number>,
  messages: readonly IncomingMessage[],
): OutboxViolation[] {
  const violations: OutboxViolation[] = [];
  const firsts = new Map<string, string>();
  const arrived = new Map<string, number>();
  for (const { key, value } of messages) {
    const { id, data } = toldEvent(value);
    const user = String(data['user_id']);
    if (key !== user) violations.push({ invariant: 'keyed by the user', what: `${key}: ${value}` });
    const before = firsts.get(id);
    if (before !== undefined) {
      if (before !== value) violations.push({ invariant: 'one id, one event', what: `${before} and ${value}` });
      continue;
    }
    firsts.set(id, value);
    const number = (arrived.get(user) ?? 0) + 1;
    arrived.set(user, number);
    if (data['total_seconds'] !== number) {
      violations.push({ invariant: 'in order', what: `${user}: ${String(data['total_seconds'])} as number ${number}` });
    }
  }
  for (const [user, count] of emitted) {
    const came = arrived.get(user) ?? 0;
    if (came !== count) violations.push({ invariant: 'everything arrives', what: `${user}: ${came} of ${count}` });
  }
  for (const user of arrived.keys()) {
    if (!emitted.has(user)) violations.push({ invariant: 'nothing else arrives', what: user });
  }
  return violations;
}
