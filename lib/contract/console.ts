/**
 * What the console is fed with: event streams (https://html.spec.whatwg.org/multipage/server-sent-events.html) for people who
 * watch. All moments are ms since the Unix epoch, all durations ms: they go into charts, not into records.
 *
 * A page takes types from here, and the list of figures from `console-figures.ts`, which brings no schemas along.
 */
import Type from 'typebox';
import type { Static } from 'typebox';
import { FIGURE_NAMES, type FigureName } from './console-figures.ts';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, DeviceId, GameId, nullable, SessionId, text, UserId } from './fields.ts';

export { FIGURES } from './console-figures.ts';

const NODE_STATES = ['starting', 'up', 'draining', 'drained', 'not_ready', 'lost'] as const;

const moment = (description: string) => Type.Integer({ minimum: 0, description, examples: [1772389800000] });
const durationMs = (description: string) => Type.Integer({ minimum: 0, description, examples: [1800] });
const amount = (description: string) => Type.Number({ minimum: 0, description, examples: [12] });
const node = (description = 'The node by its name') => text(description, 128, { example: 'engine-1' });

/** One schema for each figure. */
function figuresOf<Schema extends Type.TSchema>(schema: Schema): Record<FigureName, Schema> {
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, schema])) as Record<FigureName, Schema>;
}

const Figure = nullable(Type.Number({ minimum: 0, examples: [42] }));

/** First. */
export const HelloEvent = closed(
  {
    release: text('The release of the gateway that speaks', 32, { example: '1.4.0' }),
    shards_total: Type.Integer({ minimum: 0, description: 'Shards that there are', examples: [1024] }),
    interval_ms: durationMs('Time between two pulses'),
    at: moment('Now, by the clock of the gateway'),
  },
  { title: 'ConsoleHello' },
);
export type HelloEvent = Static<typeof HelloEvent>;

/** Twice: six hours, coarsely; then the last ten minutes at the pace of the pulse. */
export const HistoryEvent = closed(
  {
    step_ms: durationMs('Time from one number to the next'),
    from: moment('When the first number was'),
    series: closed(figuresOf(Type.Array(Figure)), { description: 'Of the whole cluster, oldest first; null: unknown' }),
  },
  { title: 'ConsoleHistory' },
);
export type HistoryEvent = Static<typeof HistoryEvent>;

export const ConsoleNode = closed(
  {
    node: node(),
    roles: Type.Array(text('A role', 32), { examples: [['engine']] }),
    release: text('What runs there', 32, { example: '1.4.0' }),
    state: choice(
      NODE_STATES,
      '`drained`: an engine that holds no shard and takes none; `lost`: it was there within the last minute',
    ),
    up_seconds: Type.Integer({ minimum: 0, description: 'Since its start', examples: [3600] }),
    not_well: Type.Array(
      closed({
        dependency: text('What the node does not do without', 64, { example: 'postgresql' }),
        state: text('How it is', 32, { example: 'failing' }),
      }),
    ),
  },
  { title: 'ConsoleNode' },
);
export type ConsoleNode = Static<typeof ConsoleNode>;
export type NodeState = ConsoleNode['state'];

/** All nodes, at first and when something of one has changed (but the time since its start). */
export const NodesEvent = closed({ nodes: Type.Array(ConsoleNode) }, { title: 'ConsoleNodes' });
export type NodesEvent = Static<typeof NodesEvent>;

/** Who holds each shard, at first and when that has changed. */
export const ShardsEvent = closed(
  {
    engines: Type.Array(node('An engine')),
    owners: Type.Array(Type.Integer({ minimum: -1 }), {
      description: 'For each shard the place of its holder in `engines`; -1: nobody',
      examples: [[0, 0, -1]],
    }),
    moving: Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'Shards that are not where they belong, or are not held by anybody',
      examples: [[2]],
    }),
  },
  { title: 'ConsoleShards' },
);
export type ShardsEvent = Static<typeof ShardsEvent>;

export const NodePulse = closed(
  {
    cpu: Type.Number({ minimum: 0, description: 'Processors that are busy; 1: one of them, all the time' }),
    memory_bytes: Type.Integer({ minimum: 0 }),
    loop_lag_ms: amount('How late the event loop was, at the 99th percentile of the last seconds'),
    live_sessions: Type.Optional(amount('Engines: live sessions')),
    heartbeats_per_second: Type.Optional(amount('Engines: heartbeats')),
    turns_per_second: Type.Optional(amount('Engines: commands of every kind')),
    flush_backlog: Type.Optional(amount('Engines: users with sessions that wait for PostgreSQL')),
    shards: Type.Optional(amount('Engines: shards held')),
    requests_per_second: Type.Optional(amount('Gateways: requests and frames that were answered')),
    sockets: Type.Optional(amount('Gateways: open WebSockets')),
  },
  { title: 'NodePulse' },
);
export type NodePulse = Static<typeof NodePulse>;

/** Every `interval_ms`. */
export const PulseEvent = closed(
  {
    at: moment('When'),
    figures: closed(figuresOf(Figure), { description: 'Of the whole cluster; null: nobody can say' }),
    nodes: Type.Record(Type.String(), NodePulse, {
      description: 'Of each node that answered, by its name',
      examples: [{ 'engine-1': { cpu: 0.2, memory_bytes: 90_000_000, loop_lag_ms: 1 } }],
    }),
  },
  { title: 'ConsolePulse' },
);
export type PulseEvent = Static<typeof PulseEvent>;

const WatchedSession = closed(
  {
    session_id: SessionId,
    game_id: GameId,
    device_id: DeviceId,
    started_at: moment('When it began'),
    last_beat_at: moment('When it was last heard of'),
    seq: Type.Integer({ minimum: 0, description: 'The last sequence number that counted', examples: [42] }),
    credited_ms: durationMs('Counted so far'),
    first_day: Type.Integer({ description: 'The UTC day that the first number of `ms_by_day` belongs to, since 1970' }),
    ms_by_day: Type.Array(durationMs('Counted on the day')),
    total_ms: durationMs('Total of the game over all sessions, this one included'),
    ended: nullable(closed({ at: moment('When it ended'), reason: text('Why', 32, { example: 'timeout' }) })),
    ends_at: nullable(moment('The owner of a borrowed copy plays: it ends then at the latest')),
    rev: Type.Integer({ minimum: 0, description: 'Rises with every change' }),
    flushed_rev: Type.Integer({ minimum: 0, description: 'What PostgreSQL has of them' }),
    borrowed: nullable(
      closed({ owner: UserId, until: moment('The copy is promised until then') }, { description: 'Not the own copy' }),
    ),
  },
  { title: 'WatchedSession' },
);
export type WatchedSession = Static<typeof WatchedSession>;

const WatchedLoan = closed(
  {
    game_id: GameId,
    borrower: UserId,
    session_id: SessionId,
    until: moment('The copy is promised until then'),
    ends_at: nullable(moment('The owner plays: it is not promised beyond this moment')),
  },
  { title: 'WatchedLoan' },
);
export type WatchedLoan = Static<typeof WatchedLoan>;

const where = {
  node: nullable(node('The engine that holds the user; null: none at the moment')),
  shard: Type.Integer({ minimum: 0, description: "The user's shard", examples: [17] }),
  epoch: nullable(Type.Integer({ minimum: 0, description: 'Its fencing epoch; null: nobody holds it' })),
};

/** What the engine holds of the user: at first, and after each change. */
export const WatchState = closed(
  {
    at: moment('When'),
    ...where,
    sessions: Type.Array(WatchedSession),
    loans: Type.Array(WatchedLoan),
  },
  { title: 'WatchState' },
);
export type WatchState = Static<typeof WatchState>;

/** One command of the user's actor, when it was answered. */
export const WatchTurn = closed(
  {
    at: moment('When it arrived at the engine'),
    command: text('What was asked', 32, { example: 'heartbeat' }),
    session_id: nullable(SessionId),
    game_id: nullable(GameId),
    seq: nullable(Type.Integer({ minimum: 0, description: 'The number of the beat' })),
    active_ms: nullable(
      durationMs(
        "The launcher's own count of active time since the session's start or last resume; null: it keeps none",
      ),
    ),
    outcome: text('`ok`, `ignored` (a beat or an end that came before), or why it was refused', 64, { example: 'ok' }),
    credited_ms: nullable(durationMs('What is counted of the session after it')),
    added_ms: nullable(durationMs('How much of that this turn has added')),
    waited_ms: durationMs('From its arrival to its answer: the commit'),
    node: node(),
    shard: where.shard,
    epoch: where.epoch,
  },
  { title: 'WatchTurn' },
);
export type WatchTurn = Static<typeof WatchTurn>;

/** Turns were not kept: more came at once than are remembered, or the user's shard moved. */
export const WatchGap = closed({ at: moment('When'), lost: Type.Integer({ minimum: 0 }) }, { title: 'WatchGap' });
export type WatchGap = Static<typeof WatchGap>;

function event<Name extends string, Data extends Type.TSchema>(name: Name, data: Data) {
  return closed({ event: Type.Literal(name, { examples: [name] }), data });
}

/** Lines of the stream: the name of the event, and its data as JSON. */
export const ConsoleEvent = Type.Union(
  [
    event('hello', HelloEvent),
    event('history', HistoryEvent),
    event('nodes', NodesEvent),
    event('shards', ShardsEvent),
    event('pulse', PulseEvent),
  ],
  { title: 'ConsoleEvent' },
);
export type ConsoleEvent = Static<typeof ConsoleEvent>;

export const WatchEvent = Type.Union([event('state', WatchState), event('turn', WatchTurn), event('gap', WatchGap)], {
  title: 'WatchEvent',
});
export type WatchEvent = Static<typeof WatchEvent>;

const tag = 'Support and services';
const STREAM =
  'Server-Sent Events: `event` names it, `data` is one JSON object. A comment comes every 15 seconds at the latest. The stream ' +
  'ends with the token, with a drain of the gateway, and for a client that does not take what is sent: open it again.';

export const streamConsole = {
  id: 'streamConsole',
  method: 'GET',
  path: '/admin/console/stream',
  tag,
  summary: 'The cluster as it lives: nodes, shards and figures, as they change',
  description: STREAM,
  access: { support: 'none', admin: 'none' },
  status: 200,
  response: ConsoleEvent,
  errors: [],
  action: 'console.stream',
  stream: 'text/event-stream',
} as const satisfies Endpoint;

export const watchTurns = {
  id: 'watchTurns',
  method: 'GET',
  path: '/admin/users/{user_id}/turns',
  tag,
  summary: 'The session engine at work for a user: what it holds, and each command with what came of it',
  description: `${STREAM} Each opening is written to the audit log (\`user.watched\`).`,
  access: { support: 'any', admin: 'any' },
  params: closed({ user_id: UserId }),
  status: 200,
  response: WatchEvent,
  errors: [],
  action: 'console.turns',
  stream: 'text/event-stream',
} as const satisfies Endpoint;

export const CONSOLE_ENDPOINTS: readonly Endpoint[] = [streamConsole, watchTurns];
