/**
 * Moleculer channels on the event bus, Kafka or embedded. A channel is a topic, its group a consumer group; nothing is
 * prefixed. A handler gets `(value, message)`: the value as the text that it is on the bus, since what it means is the
 * handler's to read, and the whole message with its key and headers.
 *
 * What becomes of failures is the bus's promise (`lib/ports/event-bus.ts`): a `PoisonMessage` goes to the dead letters
 * at once, anything else is tried again in place, by default for ever. `maxRetries` bounds that. Dead letters can be
 * neither switched off nor renamed, and the messages of a partition never run at the same time.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Base, type Channel, type PublishOptions } from './channels-library.ts';
import type { EventBus, IncomingMessage, RetryPolicy, RunningSubscription } from '../lib/ports/event-bus.ts';
import { EVENT_METRICS } from '../lib/telemetry/event-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';

const PAUSES = { firstPauseMs: 200, maxPauseMs: 30_000 };
/** While the bus is away, one line in so long. */
const WARN_EVERY_MS = 10_000;

/** Channels that share a subscription: the group deals its partitions out once, however many there are. */
interface Membership {
  readonly group: string;
  readonly retry: RetryPolicy;
  readonly channels: Map<string, Channel>;
  running: RunningSubscription | null;
  joining: AbortController | null;
  /** The next change, while it gathers what comes in the same turn of the event loop. */
  gathering: Promise<void> | null;
  /** The last change; one begins when the one before it is through. */
  changed: Promise<void>;
}

export class ChannelsAdapter extends Base {
  readonly #bus: () => EventBus;
  readonly #pauses: typeof PAUSES;
  readonly #memberships = new Map<string, Membership>();
  #warnedAt = -Infinity;

  /** @param bus asked for only once the broker starts */
  constructor(bus: () => EventBus, pauses: typeof PAUSES = PAUSES) {
    super({ prefix: '', maxRetries: null });
    this.#bus = bus;
    this.#pauses = pauses;
  }

  override async connect(): Promise<void> {
    registerMetrics(this.broker, EVENT_METRICS);
    this.connected = true;
  }

  /** Stops what services have not stopped themselves. The bus stays open: it is not ours. */
  override async disconnect(): Promise<void> {
    const left = [...this.#memberships.values()];
    for (const { channels } of left) channels.clear();
    await Promise.all(left.map((membership) => this.#change(membership)));
    this.connected = false;
  }

  /**
   * Resolves at once. The group is joined behind: together for all channels that subscribe in one go, and for as long
   * as it takes, so that a service starts also while the bus is away.
   */
  override async subscribe(channel: Channel): Promise<void> {
    const { name, group } = channel;
    refuseWhatWeDoNot(channel);
    const membership = this.#membership(group, channel.maxRetries ?? null);
    for (const other of this.#memberships.values()) {
      if (other.group === group && other.channels.has(name)) {
        throw new Error(`channel ${name} has a handler in group ${group} already`);
      }
    }
    this.initChannelActiveMessages(channel.id);
    membership.channels.set(name, channel);
    void this.#change(membership);
  }

  /** Resolves when the messages under way are done and committed. */
  override async unsubscribe(channel: Channel): Promise<void> {
    if (channel.unsubscribing) return;
    channel.unsubscribing = true;
    for (const membership of this.#memberships.values()) {
      if (membership.channels.get(channel.name) !== channel) continue;
      membership.channels.delete(channel.name);
      await this.#change(membership);
      this.stopChannelActiveMessages(channel.id);
    }
  }

  /** @param payload text goes out as it is, anything else through the adapter's serializer (JSON) */
  override async publish(topic: string, payload: unknown, options: PublishOptions = {}): Promise<void> {
    const value = typeof payload === 'string' ? payload : this.serializer.serialize(payload).toString();
    await this.#bus().publish([{ topic, value, key: options.key ?? null, headers: options.headers ?? {} }]);
  }

  #membership(group: string, maxRetries: number | null): Membership {
    const key = JSON.stringify([group, maxRetries]);
    let membership = this.#memberships.get(key);
    if (membership === undefined) {
      membership = {
        group,
        retry: { maxAttempts: maxRetries === null ? null : maxRetries + 1, ...this.#pauses },
        channels: new Map(),
        running: null,
        joining: null,
        gathering: null,
        changed: Promise.resolve(),
      };
      this.#memberships.set(key, membership);
    }
    return membership;
  }

  #change(membership: Membership): Promise<void> {
    membership.gathering ??= turn().then(() => {
      membership.gathering = null;
      membership.joining?.abort();
      membership.changed = membership.changed.then(() => this.#renew(membership));
      return membership.changed;
    });
    return membership.gathering;
  }

  /** Ends the subscription and, when there are channels, begins one for them; that it joins is not waited for. */
  async #renew(membership: Membership): Promise<void> {
    await membership.running?.stop();
    membership.running = null;
    if (membership.channels.size === 0) return;
    const joining = new AbortController();
    const channels = new Map(membership.channels);
    const joined = this.#bus()
      .subscribe(this.#subscription(membership, channels), joining.signal)
      .catch((error: unknown) => {
        if (!joining.signal.aborted) this.#warn(error);
        return null;
      });
    membership.joining = joining;
    membership.running = { stop: async () => (await joined)?.stop() };
  }

  #subscription({ group, retry }: Membership, channels: ReadonlyMap<string, Channel>) {
    const counted = (metric: keyof typeof EVENT_METRICS, { topic }: IncomingMessage) => {
      this.broker.metrics.increment(metric, { topic });
    };
    return {
      group,
      retry,
      topics: [...channels.keys()],
      handle: (message: IncomingMessage) => this.#handle(channels, message),
      events: {
        retrying: (message: IncomingMessage, attempt: number, error: unknown) => {
          counted('library.events.retries.total', message);
          this.logger.warn({ msg: 'message failed', ...placeOf(message), group, attempt, error: String(error) });
        },
        deadLettered: (message: IncomingMessage, reason: string) => {
          counted('library.events.dead.letters.total', message);
          this.logger.error({ msg: 'message is a dead letter', ...placeOf(message), group, reason });
        },
        failed: (error: unknown) => this.#warn(error),
      },
    };
  }

  async #handle(channels: ReadonlyMap<string, Channel>, message: IncomingMessage): Promise<void> {
    const channel = channels.get(message.topic);
    if (channel === undefined) throw new Error(`no channel for ${message.topic}`);
    const id = `${message.partition}:${message.offset}`;
    this.addChannelActiveMessages(channel.id, [id]);
    try {
      await channel.handler(message.value, message);
    } finally {
      this.removeChannelActiveMessages(channel.id, [id]);
    }
  }

  #warn(error: unknown): void {
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.logger.warn({ msg: 'event bus in trouble', error: String(error) });
  }
}

function placeOf({ topic, partition, offset }: IncomingMessage) {
  return { topic, partition, offset };
}

/** An option that would be ignored is worse than one that is refused. */
function refuseWhatWeDoNot({ name, maxInFlight, deadLettering }: Channel): void {
  if ((maxInFlight ?? 1) !== 1)
    throw new Error(`channel ${name}: maxInFlight is 1 in each partition, to keep the order`);
  if (deadLettering?.enabled === false) throw new Error(`channel ${name}: dead letters cannot be switched off`);
  if (deadLettering?.queueName !== undefined)
    throw new Error(`channel ${name}: dead letters have a topic of their own`);
}
