/**
 * What the friend plays: `start`, heartbeats over the friend's own socket, `end`. The service warns when the owner wants
 * the copy, and ends the session when the grace is over.
 */
import { signal } from '@preact/signals';
import { Refused } from '../../common/api.ts';
import type { BeatReply, EndReply, PlaySessionPage, StartedSession } from '../../../lib/contract/playtime.ts';
import { friend } from '../calls.ts';
import { LIVE_CALL, startCall } from './calls.ts';
import { friendSocket } from './people.ts';

type EndReason = NonNullable<EndReply['end_reason']>;

export interface FriendSession {
  readonly gameId: string;
  readonly sessionId: string;
  readonly seq: number;
  /** Acknowledged. */
  readonly creditedSeconds: number;
  readonly intervalSeconds: number;
  /** When it ends, for the owner plays; null: it goes on. */
  readonly endsAt: string | null;
  /** It was to end, and goes on after all. */
  readonly spared: boolean;
  /** Null: it is live. */
  readonly ended: EndReason | null;
}

const KEPT = 'library.play.friend-device';
const AGAIN_MS = 2_000;

function keptDevice(): string {
  const known = sessionStorage.getItem(KEPT) ?? crypto.randomUUID();
  sessionStorage.setItem(KEPT, known);
  return known;
}

export const FRIEND_DEVICE = keptDevice();
/** Null: the friend has not played yet. */
export const session = signal<FriendSession | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let opened = false;

/** Hears of warnings and ends, and goes on with what was played before the page was loaded again. */
export async function openFriend(): Promise<void> {
  const socket = friendSocket();
  if (opened) return;
  opened = true;
  socket.onNews(({ event, data }) => {
    if (data['session_id'] !== session.value?.sessionId) return;
    if (event === 'playtime.warning') warn(typeof data['ends_at'] === 'string' ? data['ends_at'] : null);
    if (event === 'playtime.updated' && data['change'] === 'session_ended') over(data['reason'] as EndReason);
  });
  const { items } = await friend.call<PlaySessionPage>(LIVE_CALL);
  const own = items.find(({ device_id }) => device_id === FRIEND_DEVICE);
  if (own !== undefined) await start(own.game_id);
}

/** @throws Refused COPY_IN_USE while the owner plays */
export async function start(gameId: string): Promise<void> {
  const started = await friend.call<StartedSession>(startCall(gameId, FRIEND_DEVICE));
  session.value = {
    gameId,
    sessionId: started.session_id,
    seq: started.seq,
    creditedSeconds: started.credited_seconds,
    intervalSeconds: started.heartbeat_interval_seconds,
    endsAt: started.ends_at,
    spared: false,
    ended: null,
  };
  schedule(started.heartbeat_interval_seconds * 1_000);
}

/** @throws Refused */
export async function stop(): Promise<void> {
  const current = live();
  if (current === null) return;
  clearTimeout(timer);
  try {
    const reply = await friendSocket().end({ session_id: current.sessionId, seq: current.seq + 1 });
    change(current.sessionId, { creditedSeconds: reply.credited_seconds, seq: reply.seq });
    over(reply.end_reason ?? 'ended');
  } catch (error) {
    if (!endedMeanwhile(error)) throw error;
  }
}

function live(): FriendSession | null {
  return session.value?.ended === null ? session.value : null;
}

function schedule(inMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void beat(), inMs);
}

async function beat(): Promise<void> {
  const current = live();
  if (current === null) return;
  try {
    take(await friendSocket().beat({ session_id: current.sessionId, seq: current.seq + 1 }));
  } catch (error) {
    // Whoever was not reached may be next time, with the same number.
    if (!endedMeanwhile(error)) schedule(AGAIN_MS);
  }
}

function take(reply: BeatReply): void {
  change(reply.session_id, { seq: reply.seq, creditedSeconds: reply.credited_seconds });
  if (live()?.sessionId !== reply.session_id) return;
  warn(reply.ends_at);
  schedule(reply.next_heartbeat_seconds * 1_000);
}

function endedMeanwhile(error: unknown): boolean {
  if (!(error instanceof Refused) || ![400, 404].includes(error.status)) return false;
  const reason = error.data['end_reason'];
  over(typeof reason === 'string' ? (reason as EndReason) : 'timeout');
  return true;
}

function warn(endsAt: string | null): void {
  const current = live();
  if (current === null || current.endsAt === endsAt) return;
  change(current.sessionId, { endsAt, spared: endsAt === null });
}

function over(reason: EndReason): void {
  const current = live();
  if (current === null) return;
  clearTimeout(timer);
  change(current.sessionId, { ended: reason, endsAt: null, spared: false });
}

function change(sessionId: string, changes: Partial<FriendSession>): void {
  if (session.value?.sessionId === sessionId) session.value = { ...session.value, ...changes };
}
