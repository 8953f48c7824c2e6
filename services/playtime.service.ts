/** Playtime beside heartbeats and ends, which the gateway takes to the engine itself. */
import type { Service, ServiceSchema } from 'moleculer';
import { action, endpointAction } from './action.ts';
import { lender, userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/playtime-endpoints.ts';
import type { Database } from '../lib/db/database.ts';
import type { SettledBeat } from '../lib/playtime/beats.ts';
import { correctSession } from '../lib/playtime/correct-session.ts';
import { reportOffline } from '../lib/playtime/report-offline.ts';
import { liveSessions, sessionHistory } from '../lib/playtime/session-history.ts';
import { settledBeat } from '../lib/playtime/settled-beat.ts';
import { startSession } from '../lib/playtime/start-session.ts';
import { playtimeStats } from '../lib/playtime/stats.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface PlaytimeDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly heartbeatIntervalSeconds: number;
}

export function playtimeService({
  database: { db },
  engine,
  clock,
  heartbeatIntervalSeconds,
}: PlaytimeDeps): ServiceSchema {
  const of = ({ userId, deadline }: Pick<Request, 'userId' | 'deadline'>) => ({
    db,
    userId,
    actor: userActor(engine, userId, deadline),
    now: clock.now(),
  });
  return {
    name: 'playtime',
    actions: {
      start: endpointAction<typeof contract.startSession>((request) =>
        startSession(
          {
            ...of(request),
            lender: (ownerId) => lender(engine, ownerId, request.deadline),
            heartbeatIntervalSeconds,
          },
          request.body,
        ),
      ),
      offline: endpointAction<typeof contract.reportOffline>((request, logger) =>
        reportOffline({ ...of(request), notTold: notTold(logger) }, request.body),
      ),
      stats: endpointAction<typeof contract.playtimeStats>((request) => playtimeStats(of(request), request.query)),
      sessions: endpointAction<typeof contract.listSessions>((request) => sessionHistory(of(request), request.query)),
      live: endpointAction<typeof contract.liveSessions>((request) => liveSessions(of(request))),
      correct: endpointAction<typeof contract.correctSession>((request, logger) =>
        correctSession(
          { ...of(request), caller: request.caller, notTold: notTold(logger) },
          request.params.session_id,
          request.body,
        ),
      ),
      /** For the gateway: a heartbeat or an end of a session that the engine no longer holds. */
      settled: action((beat: SettledBeat) => settledBeat(db, beat, heartbeatIntervalSeconds)),
    },
  };
}

/** The change stands in the database; only the totals that heartbeats show are off, until the user's next start. */
function notTold(logger: Service['logger']): (error: unknown) => void {
  return (error) => logger.warn({ msg: 'the engine was not told of a changed total', error: String(error) });
}
