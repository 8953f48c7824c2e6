import type { OutboxRow } from '../events/cloud-event.ts';
import { NEWS_OF, type NewsOfEvent } from '../contract/news.ts';
import type { News } from '../ports/news.ts';

const TOLD = new Map<string, NewsOfEvent>(
  Object.entries(NEWS_OF).flatMap(([type, news]) => (news === null ? [] : [[type, news] as const])),
);

/** The types of events that are news to their user. */
export const NEWS_TYPES: readonly string[] = [...TOLD.keys()];

export function isNews(eventType: string): boolean {
  return TOLD.has(eventType);
}

/** The event as the user's launchers are told of it; null when it is none of their business. */
export function newsOf(
  row: Pick<OutboxRow, 'event_type' | 'event_number' | 'occurred_at' | 'data'>,
): (News & { readonly number: number }) | null {
  const told = TOLD.get(row.event_type);
  if (told === undefined) return null;
  const data: Record<string, unknown> = { ...told.marks, ...row.data };
  // Whoever hears it is the user.
  delete data['user_id'];
  return { number: row.event_number, at: row.occurred_at.getTime(), event: told.event, data };
}
