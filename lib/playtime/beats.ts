import type { Engine } from '../../actors/engine.ts';
import type { Command, SessionView } from '../../actors/messages.ts';
import type { Verified } from '../auth/verifier.ts';
import type { BeatBody, BeatReply, EndReply } from '../contract/playtime.ts';
import { LibraryError } from '../errors.ts';
import { mustUuidKey } from '../uuid.ts';

/** Heartbeats and ends, from their contract to the engine and back. */
export interface Beats {
  readonly heartbeat: (user: Verified, body: BeatBody, deadline: number) => Promise<BeatReply>;
  readonly end: (user: Verified, body: BeatBody, deadline: number) => Promise<EndReply>;
}

/** A beat for a session that the engine does not hold (any more). */
export interface SettledBeat {
  readonly user_id: string;
  readonly session_id: string;
  readonly operation: 'heartbeat' | 'end';
  readonly seq: number;
}

export interface BeatsDependencies {
  readonly engine: Engine;
  readonly heartbeatIntervalSeconds: number;
  /** Answers from the database for a session that left the engine: its stored reply, or a LibraryError. */
  readonly settled: (beat: SettledBeat, deadline: number) => Promise<unknown>;
}

/**
 * The gateway asks the engine itself, without an action in between: a heartbeat is all of the service's load, and the
 * way through a Moleculer action costs more than the beat.
 */
export function playtimeBeats({ engine, heartbeatIntervalSeconds, settled }: BeatsDependencies): Beats {
  async function beat<Answer>(
    operation: 'heartbeat' | 'end',
    user: Verified,
    body: BeatBody,
    deadline: number,
    answer: (session: SessionView, outcome: 'accepted' | 'ignored') => Answer,
  ): Promise<Answer> {
    const command: Command = {
      kind: operation,
      sessionId: mustUuidKey(body.session_id),
      seq: body.seq,
      activeMs: body.active_ms ?? null,
    };
    const reply = await engine.ask(user.userKey, command, deadline);
    if (reply.kind === 'session') {
      return answer(reply.session, reply.outcome === 'ignored' ? 'ignored' : 'accepted');
    }
    if (reply.kind === 'refused' && reply.reason === 'session_ended') throw alreadyEnded(operation, reply.session);
    if (reply.kind === 'refused' && reply.reason === 'session_unknown') {
      const { session_id, seq } = body;
      return (await settled({ user_id: user.caller.userId, session_id, operation, seq }, deadline)) as Answer;
    }
    throw new TypeError(`the engine answered a ${operation} with ${JSON.stringify(reply)}`);
  }

  return {
    heartbeat(user, body, deadline) {
      return beat('heartbeat', user, body, deadline, (session, outcome) => ({
        session_id: body.session_id,
        status: session.ended === null ? 'live' : 'ended',
        outcome,
        seq: session.seq,
        credited_seconds: wholeSeconds(session.creditedMs),
        game_total_seconds: wholeSeconds(session.totalMs),
        next_heartbeat_seconds: heartbeatIntervalSeconds,
        ends_at: session.endsAt === null ? null : new Date(session.endsAt).toISOString(),
      }));
    },
    end(user, body, deadline) {
      return beat('end', user, body, deadline, (session, outcome) => ({
        session_id: body.session_id,
        status: session.ended === null ? 'live' : 'ended',
        outcome,
        seq: session.seq,
        credited_seconds: wholeSeconds(session.creditedMs),
        game_total_seconds: wholeSeconds(session.totalMs),
        ended_at: session.ended === null ? null : new Date(session.ended.at).toISOString(),
        end_reason: session.ended?.reason ?? null,
      }));
    },
  };
}

/** The refusal of a beat after the session's end; says when and why it ended, so that a launcher can start anew. */
export function alreadyEnded(operation: 'heartbeat' | 'end', session: Pick<SessionView, 'ended'> | null): LibraryError {
  const ended = session?.ended ?? null;
  const what = operation === 'heartbeat' ? 'It takes no more heartbeats' : 'It cannot be ended again';
  return new LibraryError('INVALID_SESSION_OPERATION', `The session has ended. ${what}`, {
    ...(ended === null ? {} : { ended_at: new Date(ended.at).toISOString(), end_reason: ended.reason }),
  });
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
