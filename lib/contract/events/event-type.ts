import type { Static, TSchema } from 'typebox';

/** One type of event on the platform's bus: where it travels and what its `data` is. */
export interface EventType {
  /** The CloudEvents `type`. */
  readonly type: string;
  readonly topic: string;
  readonly description: string;
  /** Of `data`; objects. */
  readonly data: TSchema;
}

/** The data of an event type. */
export type DataOf<E extends EventType> = Static<E['data']>;
