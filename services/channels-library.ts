/**
 * `@moleculer/channels` with types that fit Moleculer 0.15 and what the library really does; its own are generated from
 * comments.
 */
import channels from '@moleculer/channels';
import type { Middleware, Service, ServiceBroker } from 'moleculer';
import type { IncomingMessage } from '../lib/ports/event-bus.ts';

/** What a service says of a channel; its name is the key. */
export interface ChannelSchema<This> {
  readonly group: string;
  /** Tries after the first, before the message goes to the dead letters; null, the default: for ever. */
  readonly maxRetries?: number | null;
  readonly handler: (this: This, value: string, message: IncomingMessage) => Promise<void>;
}

declare module 'moleculer' {
  /* eslint-disable @typescript-eslint/no-explicit-any -- as Moleculer declares it */
  interface ServiceSchema<
    TSettings = ServiceSettingSchema,
    TMethods = Record<string, any>,
    TVars = Record<string, any>,
    TThis = Service<TSettings> & TVars & TMethods,
  > {
    channels?: Readonly<Record<string, ChannelSchema<TThis>>>;
  }
  /* eslint-enable @typescript-eslint/no-explicit-any */
}

/** A channel as the middleware hands it over; what a service may leave out is still undefined then. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  unsubscribing: boolean;
  readonly maxInFlight?: number | null;
  readonly maxRetries?: number | null;
  readonly deadLettering?: { readonly enabled?: boolean; readonly queueName?: string } | null;
  readonly handler: (payload: unknown, raw: unknown) => Promise<unknown>;
}

export interface PublishOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an adapter extends: serializer, and the count of messages under way. */
export interface BaseAdapter {
  readonly broker: ServiceBroker;
  readonly logger: ServiceBroker['logger'];
  readonly serializer: { serialize(value: unknown): Buffer };
  connected: boolean;
  init(broker: ServiceBroker, logger: ServiceBroker['logger']): void;
  initChannelActiveMessages(channelId: string): void;
  stopChannelActiveMessages(channelId: string): void;
  addChannelActiveMessages(channelId: string, ids: readonly (string | number)[]): void;
  removeChannelActiveMessages(channelId: string, ids: readonly (string | number)[]): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(channel: Channel, service: Service): Promise<void>;
  unsubscribe(channel: Channel): Promise<void>;
  publish(topic: string, payload: unknown, options?: PublishOptions): Promise<void>;
}

interface Options {
  readonly prefix: string;
  readonly maxRetries: number | null;
}

export const Base = channels.Adapters.Base as unknown as abstract new (options: Options) => BaseAdapter;

/** Gives services `channels`, and the broker `sendToChannel`. */
export function channelsMiddleware(adapter: BaseAdapter): Middleware {
  const create = channels.Middleware as unknown as (options: { adapter: BaseAdapter }) => Middleware;
  return create({ adapter });
}
