/** The event streams that people watch at this gateway: the cluster, and the turns of a user. */
import type { Context, Service, ServiceBroker, ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { engineMembers } from './engine-membership.ts';
import type { HeldLoan, HeldSession, WatchedUser } from './engine.service.ts';
import { engineNodes } from './operator-nodes.ts';
import { PULSE_SERVICE } from './pulse.service.ts';
import { nodesOf } from './service-nodes.ts';
import type { Turn } from './turn-watch.ts';
import { placementTable, shardOf } from '../actors/placement.ts';
import type { ShardRegion } from '../actors/shard-region.ts';
import type { Config } from '../lib/config/config.ts';
import { ConsoleFeed, type NodeHistory } from '../lib/console/console-feed.ts';
import type { Membership } from '../lib/console/cluster-view.ts';
import type { NodeReport } from '../lib/console/node-report.ts';
import { turnFeed, type Observed, type TurnFeedPorts } from '../lib/console/turn-feed.ts';
import type * as contract from '../lib/contract/console.ts';
import { LibraryError } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { RELEASE } from '../lib/release.ts';
import { mustUuidKey } from '../lib/uuid.ts';

export interface ConsoleDeps {
  readonly config: Pick<Config, 'engine' | 'console'>;
  readonly clock: Clock;
  readonly engine: Pick<ShardRegion, 'ownerOf'>;
}

interface Running {
  readonly broker: ServiceBroker;
  readonly feed: ConsoleFeed;
  readonly observe: TurnFeedPorts['observe'];
}

/** Who is silent for longer is shown as that. */
const ASK_MS = 1_000;
const HISTORY_MS = 3_000;
const AUDIT_MS = 3_000;

export function consoleService({ config, clock, engine }: ConsoleDeps): ServiceSchema {
  const { shards } = config.engine;
  const { maxBufferedBytes } = config.console;
  const shardOfUser = (userId: string): number => shardOf(mustUuidKey(userId), shards);
  let running: Running | null = null;
  const mustRun = (): Running => {
    if (running === null) throw new LibraryError('UNAVAILABLE', 'The console is not fed yet', { retryAfterMs: 1_000 });
    return running;
  };

  return {
    name: 'console',
    actions: {
      stream: endpointAction<typeof contract.streamConsole>(async () => mustRun().feed.open()),
      turns: endpointAction<typeof contract.watchTurns>(async ({ caller, userId }) => {
        await mustRun().broker.call('audit.watched', { caller, userId }, { timeout: AUDIT_MS });
        return turnFeed({ clock, maxBufferedBytes, shardOf: shardOfUser, observe: mustRun().observe }, userId);
      }),
    },
    events: {
      '$node.disconnected'(ctx: Context<{ node: { id: string }; unexpected?: boolean }>): void {
        if (ctx.params.unexpected !== true) running?.feed.left(ctx.params.node.id);
      },
    },
    started(this: Service) {
      const { broker, logger } = this;
      const feed = new ConsoleFeed({
        clock,
        maxBufferedBytes,
        shards,
        release: RELEASE,
        membership: membershipOf(broker, shards),
        report: (nodeID) => broker.call<NodeReport, object>(`${PULSE_SERVICE}.now`, {}, { nodeID, timeout: ASK_MS }),
        history: (nodeID, pace) =>
          broker.call<NodeHistory, object>(`${PULSE_SERVICE}.history`, { pace }, { nodeID, timeout: HISTORY_MS }),
        failed: (error) => logger.warn({ msg: 'a console could not be fed', error: String(error) }),
      });
      feed.start();
      running = { broker, feed, observe: observer(broker, engine, shardOfUser) };
    },
    stopped() {
      running?.feed.stop();
    },
  };
}

/** Placement is worked out anew only when the engines change. */
function membershipOf(broker: ServiceBroker, shards: number): () => Membership {
  let known = '';
  let placement: Membership['placement'] = Array.from({ length: shards }, () => null);
  return () => {
    const placed = engineMembers(broker);
    if (placed.join() !== known) {
      known = placed.join();
      placement = placementTable(placed, shards);
    }
    return { nodes: nodesOf(broker, PULSE_SERVICE), placed, placement };
  };
}

/** Asks the engine that commands go to, and if it is not there, every other. */
function observer(
  broker: ServiceBroker,
  engine: Pick<ShardRegion, 'ownerOf'>,
  shardOfUser: (userId: string) => number,
): TurnFeedPorts['observe'] {
  return async (userId, { watch, after }) => {
    const owner = engine.ownerOf(shardOfUser(userId));
    const others = engineNodes(broker).filter((node) => node !== owner);
    for (const node of owner === null ? others : [owner, ...others]) {
      const params = { user_id: userId, watch, after };
      const watched = await broker
        .call<WatchedUser | null, object>('engine.turns', params, { nodeID: node, timeout: ASK_MS })
        .catch(() => null);
      if (watched !== null) return observed(node, watched);
    }
    return null;
  };
}

function observed(node: string, { held, epoch, watch, turns, lost }: WatchedUser): Observed {
  const sessions = held.sessions.map(shownSession);
  return { node, epoch, sessions, loans: held.loans.map(shownLoan), watch, turns: turns.map(shownTurn), lost };
}

function shownSession(session: HeldSession): contract.WatchedSession {
  return {
    session_id: session.sessionId,
    game_id: session.gameId,
    device_id: session.deviceId,
    started_at: session.startedAt,
    last_beat_at: session.lastBeatAt,
    seq: session.seq,
    credited_ms: session.creditedMs,
    first_day: session.firstDay,
    ms_by_day: [...session.msByDay],
    total_ms: session.totalMs,
    ended: session.ended,
    ends_at: session.endsAt,
    rev: session.rev,
    flushed_rev: session.flushedRev,
    borrowed: session.borrowed,
  };
}

function shownLoan({ gameId, borrower, sessionId, until, endsAt }: HeldLoan): contract.WatchedLoan {
  const ends_at = endsAt === 0 ? null : endsAt;
  return { game_id: gameId, borrower, session_id: sessionId, until, ends_at };
}

function shownTurn(turn: Turn): Observed['turns'][number] {
  return {
    number: turn.number,
    turn: {
      at: turn.at,
      command: turn.command,
      session_id: turn.sessionId,
      game_id: turn.gameId,
      seq: turn.seq,
      active_ms: turn.activeMs,
      outcome: turn.outcome,
      credited_ms: turn.creditedMs,
      added_ms: turn.addedMs,
      waited_ms: turn.waitedMs,
    },
  };
}
