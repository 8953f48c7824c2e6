import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { ROLES } from './endpoint.ts';
import { CONSUMED_EVENTS, CONSUMED_TOPICS } from './events/consumed.ts';
import { choice, closed, GameId, nullable, page, pagination, text, timestamp, UserId, uuid } from './fields.ts';

/** What support, operators and other services reach of the whole: erasure, the audit log, events and dead letters. */

export const AuditEntry = closed(
  {
    entry_id: uuid('The entry'),
    occurred_at: timestamp('When'),
    action: text('What was done', 100, { example: 'library.granted' }),
    actor_id: uuid('Who did it; all zeros for another service, or for somebody who was erased'),
    actor_roles: Type.Array(Type.Enum(ROLES as unknown as [...typeof ROLES], { type: 'string', examples: ['admin'] })),
    game_id: nullable(GameId),
    details: Type.Record(Type.String(), Type.Unknown(), { description: 'What else there is to know', examples: [{}] }),
  },
  { title: 'AuditEntry' },
);
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditQuery = closed({
  user_id: UserId,
  log: Type.Enum(['library', 'achievements'], {
    type: 'string',
    default: 'library',
    description: 'Which of the logs',
    examples: ['library'],
  }),
  ...pagination,
});
export type AuditQuery = Static<typeof AuditQuery>;

export const EventBody = closed(
  {
    id: Type.Optional(text('Unique together with `source`; default: a new one', 200, { minLength: 1, example: 'e-1' })),
    source: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[!-~]+$',
      description: 'Who tells it (a URI reference)',
      examples: ['/payment-service'],
    }),
    type: Type.Enum(CONSUMED_EVENTS.map(({ type }) => type) as [(typeof CONSUMED_EVENTS)[number]['type']], {
      type: 'string',
      description: 'One of the types this service listens to',
      examples: ['download.game.uninstalled'],
    }),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: 'As the JSON Schema of the type in `api/events/consumed/` says',
      examples: [
        {
          user_id: '0198f2b4-0a00-7000-8000-00000000d3a0',
          game_id: '0198f2b4-0b00-7000-8000-000000000001',
          device_id: '0198f2b4-0c00-7000-8000-0000000000d1',
        },
      ],
    }),
  },
  { title: 'PlatformEvent' },
);
export type EventBody = Static<typeof EventBody>;

export const EventReply = closed(
  { id: text('The event', 200, { example: 'e-1' }), topic: text('Where it went', 200, { example: 'download-events' }) },
  { title: 'PublishedEvent' },
);

const Topic = choice(CONSUMED_TOPICS as readonly [string, ...string[]], 'The topic that the message came from');

export const DeadLetter = closed(
  {
    topic: Topic,
    partition: nullable(Type.Integer({ minimum: 0, description: 'Of the topic, when it was tried' })),
    offset: nullable(Type.Integer({ minimum: 0, description: 'Of the topic, when it was tried' })),
    reason: text('Why it could not be processed', 2000, { example: 'no CloudEvent: Unexpected token' }),
    attempts: Type.Integer({ minimum: 0, description: 'How often it was tried', examples: [1] }),
    failed_at: nullable(timestamp('When it was given up')),
    key: nullable(Type.String({ examples: ['0198f2b4-0a00-7000-8000-00000000d3a0'] })),
    value: Type.String({ description: 'The message as it came', examples: ['{'] }),
  },
  { title: 'DeadLetter' },
);
export type DeadLetter = Static<typeof DeadLetter>;

const tag = 'Support and services';

export const eraseUser = {
  id: 'eraseUser',
  method: 'DELETE',
  path: '/admin/users/{user_id}',
  tag,
  summary: 'Erase everything of a user',
  description:
    'What `account.user.deleted` does: live sessions end, every row of the user goes, late events change nothing. For good.',
  access: { admin: 'any', service: 'any' },
  params: closed({ user_id: UserId }),
  status: 204,
  errors: [],
  action: 'erasure.erase',
} as const satisfies Endpoint;

export const listAudit = {
  id: 'listAudit',
  method: 'GET',
  path: '/admin/audit',
  tag,
  summary: "Who changed what of a user's data, latest first",
  access: { support: 'any', admin: 'any' },
  query: AuditQuery,
  status: 200,
  response: page(AuditEntry, 'AuditPage'),
  errors: [],
  action: 'audit.list',
} as const satisfies Endpoint;

export const publishEvent = {
  id: 'publishEvent',
  method: 'POST',
  path: '/admin/events',
  tag,
  summary: 'Tell the service what happened elsewhere on the platform',
  description: 'Puts a CloudEvent on the topic where the service listens for it. It takes effect a moment later, once.',
  access: { admin: 'none', service: 'none' },
  body: EventBody,
  status: 202,
  response: EventReply,
  errors: [],
  action: 'events.publish',
} as const satisfies Endpoint;

export const listDeadLetters = {
  id: 'listDeadLetters',
  method: 'GET',
  path: '/admin/dead-letters',
  tag,
  summary: 'Events that could not be processed',
  description: 'Oldest first within each topic; those that were sent back are left out.',
  access: { support: 'none', admin: 'none' },
  query: closed({ topic: Type.Optional(Topic), limit: pagination.limit }),
  status: 200,
  response: closed({ items: Type.Array(DeadLetter) }, { title: 'DeadLetters' }),
  errors: [],
  action: 'events.deadLetters',
} as const satisfies Endpoint;

export const replayDeadLetters = {
  id: 'replayDeadLetters',
  method: 'POST',
  path: '/admin/dead-letters/replay',
  tag,
  summary: 'Send dead letters back to where they came from',
  description: 'As they were. One that cannot be processed again comes back as a new dead letter.',
  access: { admin: 'none' },
  body: closed({ topic: Type.Optional(Topic) }, { title: 'Replay' }),
  status: 200,
  response: closed(
    { replayed: Type.Integer({ minimum: 0, description: 'How many were sent back', examples: [3] }) },
    { title: 'Replayed' },
  ),
  errors: [],
  action: 'events.replayDeadLetters',
} as const satisfies Endpoint;

export const SUPPORT_ENDPOINTS: readonly Endpoint[] = [
  eraseUser,
  listAudit,
  publishEvent,
  listDeadLetters,
  replayDeadLetters,
];
