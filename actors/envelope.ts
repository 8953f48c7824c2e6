import type { Command, Reply } from './messages.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** A command on its way to the actor of `user`. */
export interface Envelope {
  readonly user: UuidKey;
  readonly command: Command;
  /** Ms since the Unix epoch. Past it nobody waits, and the command must not be carried out any more. */
  readonly deadline: number;
  /** Of a command whose way is told; absent from nearly all. See `turn-tracing.ts`. */
  readonly trace?: string;
}

/** What a node answers to an envelope. */
export type Answer =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** Another node is responsible; `owner` is this node's best guess at which. Nothing was done. */
  | { readonly kind: 'not_owner'; readonly owner: string | null }
  /** This node is taking the shard over and will serve it in a moment. Nothing was done. */
  | { readonly kind: 'loading' }
  /** Not acknowledged; whether it was carried out is unknown. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The deadline had passed when the node came to it. Nothing was done. */
  | { readonly kind: 'expired' };

/** The way from a region to the nodes' hosts. */
export interface Transport {
  /**
   * Delivers the envelopes to one node and resolves with their answers, in order. Rejects when the node cannot be
   * reached or did not answer within `timeoutMs`; then nobody knows what was done.
   *
   * @param suspects nodes the sender had no answer from lately: the receiver stands in for them
   */
  deliver(
    node: string,
    envelopes: readonly Envelope[],
    suspects: readonly string[],
    timeoutMs: number,
  ): Promise<readonly Answer[]>;
}
