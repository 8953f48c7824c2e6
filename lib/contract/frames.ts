import Type from 'typebox';
import type { Static } from 'typebox';
import { NEWS_EVENTS } from '../ports/news.ts';
import { choice, closed, nullable, timestamp } from './fields.ts';
import { BeatBody } from './playtime.ts';

/** The WebSocket of launchers, below the API's base. */
export const SOCKET_PATH = '/ws';
/** The subprotocol, version and all (RFC 6455, section 1.9). */
export const SOCKET_PROTOCOL = 'library.v1';

/** Why the service closes a socket. The reason of 1012 and 1013 is JSON: `{"retry_after_ms":4200}`. */
export const CLOSE = {
  /** A frame that is not text. */
  unsupported: 1003,
  /** The node is leaving: connect again (elsewhere) and resume. */
  restart: 1012,
  /** The token has ended, or is refused by now. */
  unauthenticated: 4001,
  /** What was sent is not taken out fast enough. */
  slow: 4008,
  /** Too many frames, after it was warned. */
  flood: 4029,
} as const;

const Ref = Type.Union(
  [Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.String({ minLength: 1, maxLength: 64 })],
  { description: 'Comes back in the reply', examples: [17] },
);
export type Ref = Static<typeof Ref>;

const EventId = Type.String({
  minLength: 3,
  maxLength: 256,
  pattern: '^[0-9a-z.]+$',
  description: 'Where to resume from: the `id` of the last event that was dealt with. Opaque',
  examples: ['2a.mgxk3v1c'],
});

/** The first frame, if any: where the news shall go on; null: from now. */
export const ResumeFrame = closed(
  { type: choice(['resume'], 'Only as the first frame'), last_id: nullable(EventId) },
  { title: 'ResumeFrame' },
);
export type ResumeFrame = Static<typeof ResumeFrame>;

/** What `POST /playtime/heartbeat` takes. */
export const HeartbeatFrame = closed(
  { type: choice(['heartbeat'], 'As POST /playtime/heartbeat'), ref: Ref, ...BeatBody.properties },
  { title: 'HeartbeatFrame' },
);
export type HeartbeatFrame = Static<typeof HeartbeatFrame>;

/** What `POST /playtime/end` takes. */
export const EndFrame = closed(
  { type: choice(['end'], 'As POST /playtime/end'), ref: Ref, ...BeatBody.properties },
  { title: 'EndFrame' },
);
export type EndFrame = Static<typeof EndFrame>;

/** A newer token of the same user, sent before the old one ends. */
export const AuthenticateFrame = closed(
  {
    type: choice(['authenticate'], 'The socket goes on with this token'),
    ref: Ref,
    token: Type.String({ minLength: 1, maxLength: 3500, description: 'A JWT of the same user' }),
  },
  { title: 'AuthenticateFrame' },
);
export type AuthenticateFrame = Static<typeof AuthenticateFrame>;

export const CLIENT_FRAMES = {
  resume: ResumeFrame,
  heartbeat: HeartbeatFrame,
  end: EndFrame,
  authenticate: AuthenticateFrame,
} as const;

export const ClientFrame = Type.Union(Object.values(CLIENT_FRAMES), { title: 'ClientFrame' });

const whole = (description: string, example: number) => Type.Integer({ minimum: 1, description, examples: [example] });

/** `fresh`: nothing was asked for; `resumed`: what was missed follows; `reset`: too long ago, read everything anew. */
export const RESUME_OUTCOMES = ['fresh', 'resumed', 'reset'] as const;
export type ResumeOutcome = (typeof RESUME_OUTCOMES)[number];

export const ReadyEvent = closed(
  {
    event: choice(['ready'], 'The first event of a socket'),
    id: EventId,
    time: timestamp('Up to when the news are known'),
    data: closed({
      resume: choice([...RESUME_OUTCOMES], '`reset`: what was missed is not known any more: read everything anew'),
      heartbeat_interval_seconds: whole('Send a heartbeat this often', 60),
      ping_interval_seconds: whole('The service pings this often; twice unanswered, it cuts the connection', 30),
      frames_per_second: whole('Frames that may be sent within a second', 20),
      heartbeats_under_way: whole('Heartbeats that may wait for their reply at once', 32),
    }),
  },
  { title: 'ReadyEvent' },
);
export type ReadyEvent = Static<typeof ReadyEvent>;

export const PositionEvent = closed(
  {
    event: choice(['position'], 'Nothing was missed up to here'),
    id: EventId,
    time: timestamp('Up to when the news are known'),
  },
  { title: 'PositionEvent' },
);

export const NewsFrame = closed(
  {
    event: choice([...NEWS_EVENTS], 'What happened'),
    id: EventId,
    time: timestamp('When it happened'),
    data: Type.Record(Type.String(), Type.Unknown(), { description: 'By event, see /docs/websocket' }),
  },
  { title: 'NewsEvent' },
);
export type NewsFrame = Static<typeof NewsFrame>;

export const ReplyFrame = closed(
  {
    type: choice(['reply'], 'Answers one frame'),
    ref: nullable(Ref),
    status: Type.Integer({ minimum: 200, maximum: 599, description: 'As REST would answer', examples: [200] }),
    body: Type.Record(Type.String(), Type.Unknown(), {
      description: 'As REST would answer: from status 400 on the problem document',
    }),
    retry_after_ms: Type.Optional(
      Type.Integer({ minimum: 0, description: 'With 429 and 503: when to try again; in REST the header Retry-After' }),
    ),
  },
  { title: 'ReplyFrame' },
);
export type ReplyFrame = Static<typeof ReplyFrame>;

export const ServerFrame = Type.Union([ReadyEvent, NewsFrame, PositionEvent, ReplyFrame], { title: 'ServerFrame' });
export type ServerFrame = Static<typeof ServerFrame>;
