import { CONSUMED_TOPICS } from '../contract/events/consumed.ts';
import type { MetricGroup } from './metric.ts';

const OF_TOPICS = CONSUMED_TOPICS.map((topic) => ({ topic }));

/** What bridges tell of events that come in: counted in `services/events.service.ts`. */
export const EVENT_METRICS = {
  'library.events.taken.total': {
    type: 'counter',
    help: 'Events of others that were taken in, by what came of them',
    labels: ['topic', 'outcome'],
  },
  'library.events.lag.messages': {
    type: 'gauge',
    help: 'Events of others that wait to be taken in; the same on every bridge',
    labels: ['topic'],
  },
  'library.events.retries.total': {
    type: 'counter',
    help: 'Events of others that could not be processed and were tried again',
    labels: ['topic'],
    begins: OF_TOPICS,
  },
  'library.events.dead.letters.total': {
    type: 'counter',
    help: 'Events of others that went to the dead letters',
    labels: ['topic'],
    begins: OF_TOPICS,
  },
  'library.events.dead.letters.waiting': {
    type: 'gauge',
    help: 'Dead letters that were not sent back yet; the same on every bridge',
    labels: ['topic'],
  },
} as const satisfies MetricGroup;

/** What bridges tell of events that go out: counted in `services/outbox.service.ts`. */
export const OUTBOX_METRICS = {
  'library.outbox.relayed.total': { type: 'counter', help: 'Events carried to the event bus' },
  'library.outbox.failures.total': { type: 'counter', help: 'Batches that the event bus did not take' },
  'library.outbox.untold.total': { type: 'counter', help: 'News that reach launchers with a sweep only' },
  'library.outbox.backlog.events': {
    type: 'gauge',
    help: 'Events that wait for the event bus; the same on every bridge',
  },
  'library.outbox.lag.milliseconds': { type: 'gauge', help: 'How long the oldest of them has waited' },
} as const satisfies MetricGroup;

/** What gateways tell of news to launchers: counted in `services/feed.service.ts`. */
export const FEED_METRICS = {
  'library.feed.users': { type: 'gauge', help: 'Users with launchers connected to this node' },
  'library.feed.pushes.total': { type: 'counter', help: 'Pushes of news to this node' },
  'library.feed.gaps.total': { type: 'counter', help: 'Pushes before which something was missing' },
  'library.feed.found.total': { type: 'counter', help: 'News that the log had and no push had brought' },
  'library.feed.resets.total': { type: 'counter', help: 'Times the log had forgotten what was missed' },
  'library.feed.failures.total': {
    type: 'counter',
    help: 'Questions to actors and to the log without an answer',
    labels: ['what'],
  },
} as const satisfies MetricGroup;
