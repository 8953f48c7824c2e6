/** The engine node on the cluster's bus: takes batches for its shards, and answers operators. */
import type { Context, ServiceSchema } from 'moleculer';
import type { CommandCounts } from './command-counts.ts';
import { FORMATS } from './engine-formats.ts';
import { packAnswers, unpackBatch, type PackedAnswers, type PackedBatch } from './engine-wire.ts';
import { mustUuid } from './operator-input.ts';
import { TurnSampler, type EngineSample } from './turn-sampler.ts';
import { TurnWatch, type WatchedTurns } from './turn-watch.ts';
import type { HostStats } from '../actors/host-options.ts';
import { borrowOf, type Loan } from '../actors/loan.ts';
import type { SessionView } from '../actors/messages.ts';
import { shardOf } from '../actors/placement.ts';
import { viewOf, type Session, type UserState } from '../actors/session.ts';
import type { ShardHost } from '../actors/shard-host.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { keyToUuid, type UuidKey } from '../lib/uuid.ts';

/** How long an operator's flush may take. */
export const FLUSH_ALL_MS = 50_000;

/** A session as operators see it. */
export interface HeldSession extends Omit<SessionView, 'sessionId' | 'gameId' | 'deviceId'> {
  readonly userId: string;
  readonly sessionId: string;
  readonly gameId: string;
  readonly deviceId: string;
  readonly rev: number;
  readonly flushedRev: number;
  /** The copy that is played, when it is not the user's own. */
  readonly borrowed: { readonly owner: string; readonly until: number } | null;
}

/** A copy of the user's that somebody else plays, or is about to. */
export interface HeldLoan {
  readonly gameId: string;
  readonly borrower: string;
  readonly sessionId: string;
  readonly until: number;
  /** 0: the owner does not play. */
  readonly endsAt: number;
}

/** A shard that an engine serves. */
export interface HeldShard {
  readonly shard: number;
  readonly epoch: number;
  readonly users: number;
  readonly live: number;
}

/** What an engine holds of a user. */
export interface HeldUser {
  readonly sessions: readonly HeldSession[];
  readonly loans: readonly HeldLoan[];
}

/** What an engine holds of a user that somebody watches, and its latest turns. */
export interface WatchedUser extends WatchedTurns {
  readonly held: HeldUser;
  readonly epoch: number;
}

export interface EngineDeps {
  readonly host: ShardHost;
  readonly commands: CommandCounts;
  /** Leaves placement, hands all shards off, and resolves when this node holds none. The node goes on running. */
  readonly drain: () => Promise<void>;
  /** Takes part in placement again. */
  readonly rejoin: () => Promise<void>;
  readonly clock: Clock;
  /** How many shards there are in all. */
  readonly shards: number;
}

export function engineService({ host, commands, drain, rejoin, clock, shards }: EngineDeps): ServiceSchema {
  const sampler = new TurnSampler(host, shards, clock);
  const watch = new TurnWatch(host, clock);
  return {
    name: 'engine',
    metadata: { ...FORMATS },
    actions: {
      /** A region's batch. Answers in the order of the envelopes. */
      deliver: {
        async handler(ctx: Context<PackedBatch>): Promise<PackedAnswers> {
          const { envelopes, suspects } = unpackBatch(ctx.params);
          commands.count(envelopes);
          const arrived = watch.arrived(envelopes);
          const answers = await sampler.watched(envelopes, host.deliver(envelopes, suspects));
          if (arrived !== null) watch.answered(arrived, envelopes, answers);
          return packAnswers(answers);
        },
      },
      /** Another engine released these shards for this one. */
      offer: {
        handler(ctx: Context<{ shards: readonly number[] }>): void {
          host.acceptOffer(ctx.params.shards);
        },
      },
      /** Another engine cannot read the checkpoints of these shards of its own: this one shall serve them for a while. */
      standIn: {
        handler(ctx: Context<{ shards: readonly number[] }>): void {
          host.standIn(ctx.params.shards);
        },
      },
      stats: { handler: (): HostStats => host.stats() },
      /** The shards this node serves, and how many there are in all. */
      shards: {
        handler: (): { total: number; shards: readonly HeldShard[] } => ({
          total: shards,
          shards: Array.from(host.shards(), (shard) => ({
            shard: shard.id,
            epoch: shard.epoch,
            users: shard.users,
            live: shard.liveSessions,
          })),
        }),
      },
      /** Hands these shards over, where they are another node's, at once. Answers how many. */
      handOver: {
        handler: (ctx: Context<{ shards: readonly number[] }>): Promise<number> => host.handOver(ctx.params.shards),
      },
      /** Looks on at what this node is asked for a while. */
      sample: { handler: (ctx: Context<{ ms: number }>): Promise<EngineSample> => sampler.sample(ctx.params.ms) },
      /** What this node holds of a user; null when the user's shard is elsewhere. */
      user: {
        handler(ctx: Context<{ user_id: string }>): HeldUser | null {
          return heldOf(host, mustUuid(ctx.params.user_id));
        },
      },
      /** Watches the user's turns for a while; null when the user's shard is elsewhere. */
      turns: {
        handler(ctx: Context<{ user_id: string; watch: string | null; after: number }>): WatchedUser | null {
          const user = mustUuid(ctx.params.user_id);
          const held = heldOf(host, user);
          const shard = shardOf(user, shards);
          if (held === null) return null;
          for (const { id, epoch } of host.shards()) {
            if (id === shard) return { ...watch.turns(user, ctx.params.watch, ctx.params.after), held, epoch };
          }
          return null;
        },
      },
      /** Looks for a session among all users of this node. */
      session: {
        handler(ctx: Context<{ session_id: string }>): HeldSession | null {
          const id = mustUuid(ctx.params.session_id);
          for (const shard of host.shards()) {
            for (const [user, state] of shard.states()) {
              const session = state.sessions.find((candidate) => candidate.id === id);
              if (session) return held(keyToUuid(user), session, state);
            }
          }
          return null;
        },
      },
      /** Writes everything to PostgreSQL now. Answers how many users that concerned. */
      flush: { handler: (): Promise<number> => host.flushAll(clock.now() + FLUSH_ALL_MS) },
      drain: { handler: (): Promise<void> => drain() },
      rejoin: { handler: (): Promise<void> => rejoin() },
    },
  };
}

function heldOf(host: ShardHost, user: UuidKey): HeldUser | null {
  const state = host.peek(user);
  if (state === null) return null;
  const sessions = state.sessions.map((session) => held(keyToUuid(user), session, state));
  return { sessions, loans: state.copies.loans.map(heldLoan) };
}

function held(userId: string, session: Session, state: UserState): HeldSession {
  const view = viewOf(state, session);
  const borrow = borrowOf(state.copies, session.id);
  return {
    ...view,
    userId,
    sessionId: keyToUuid(view.sessionId),
    gameId: keyToUuid(view.gameId),
    deviceId: keyToUuid(view.deviceId),
    rev: session.rev,
    flushedRev: session.flushedRev,
    borrowed: borrow ? { owner: keyToUuid(borrow.owner), until: borrow.until } : null,
  };
}

function heldLoan({ gameId, borrower, sessionId, until, endsAt }: Loan): HeldLoan {
  return {
    gameId: keyToUuid(gameId),
    borrower: keyToUuid(borrower),
    sessionId: keyToUuid(sessionId),
    until,
    endsAt,
  };
}
