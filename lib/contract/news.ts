import Type from 'typebox';
import type { TSchema } from 'typebox';
import { choice, closed, GameId, nullable, SessionId, timestamp } from './fields.ts';
import { PRODUCED_EVENTS, type ProducedType } from './events/produced.ts';
import type { NewsEvent } from '../ports/news.ts';

/** What launchers are told of over their sockets: the events of `events/produced.ts`, in fewer words. */

/** How an event of the platform is told to the user's own launchers. */
export interface NewsOfEvent {
  readonly event: NewsEvent;
  /** What tells the events apart that share a name; comes in front of the event's own data. */
  readonly marks: Readonly<Record<string, string>>;
}

/** Every event that is told; null: the platform's business only. */
export const NEWS_OF = {
  'library.game.added': { event: 'library.updated', marks: { change: 'added' } },
  'library.game.removed': { event: 'library.updated', marks: { change: 'removed' } },
  'library.game.updated': { event: 'library.updated', marks: { change: 'updated' } },
  'library.family.updated': { event: 'library.updated', marks: { change: 'family' } },
  'library.playtime.session.started': { event: 'playtime.updated', marks: { change: 'session_started' } },
  'library.playtime.session.ended': { event: 'playtime.updated', marks: { change: 'session_ended' } },
  'library.playtime.updated': { event: 'playtime.updated', marks: { change: 'total' } },
  'library.achievement.unlocked': { event: 'achievement.unlocked', marks: {} },
  // A launcher reports progress itself, many times a minute.
  'library.achievement.progress': null,
  'library.wishlist.item.added': { event: 'wishlist.updated', marks: { change: 'added' } },
  'library.wishlist.item.removed': { event: 'wishlist.updated', marks: { change: 'removed' } },
  'library.wishlist.item.discounted': { event: 'wishlist.updated', marks: { change: 'discounted' } },
  'library.savegame.synchronized': { event: 'savegame.sync.status', marks: { status: 'synchronized' } },
  'library.savegame.conflict': { event: 'savegame.sync.status', marks: { status: 'conflict' } },
} as const satisfies Record<ProducedType, NewsOfEvent | null>;

/** What a launcher is told of a game that is played on somebody's copy. Said once, and not replayed. */
export const PlaytimeWarning = closed({
  game_id: GameId,
  session_id: SessionId,
  ends_at: nullable(timestamp('When the session ends; null: it goes on after all')),
  reason: choice(['owner_plays'], 'Why'),
});

/** One kind of news: what it is called, which event of the platform it tells, and its `data`. */
export interface NewsKind {
  readonly event: NewsEvent;
  /** Null: of none. */
  readonly tells: ProducedType | null;
  readonly description: string;
  readonly data: TSchema;
}

/** Everything a launcher may be told, in the order of the documentation. */
export const NEWS_KINDS: readonly NewsKind[] = [
  ...PRODUCED_EVENTS.flatMap(({ type, description, data }): NewsKind[] => {
    const news: NewsOfEvent | null = NEWS_OF[type];
    if (news === null) return [];
    const marks = Object.entries(news.marks).map(([name, value]): [string, TSchema] => [name, Type.Literal(value)]);
    const told = Object.entries<TSchema>(data.properties).filter(([name]) => name !== 'user_id');
    const properties = Object.fromEntries([...marks, ...told]);
    return [{ event: news.event, tells: type, description, data: closed(properties) }];
  }),
  {
    event: 'playtime.warning',
    tells: null,
    description: 'The owner of a borrowed game began to play it: the session will end.',
    data: PlaytimeWarning,
  },
];
