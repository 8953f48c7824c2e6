import type { Static, TSchema } from 'typebox';
import type { Endpoint } from '../contract/endpoint.ts';

/** A request in the contract's parts; what is wrong with them the contract's validation says. */
export interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The body of an endpoint's response. */
export type BodyOf<E extends Endpoint> = E['response'] extends TSchema ? Static<E['response']> : undefined;

/** One method of the gRPC API: its twin in the contract, and how messages are read and written. */
export interface Method<In, Out, E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  read(message: In): Parts;
  write(body: BodyOf<E>): Out;
}

/** A message of a change. */
export interface Command {
  readonly idempotency_key: string;
}
