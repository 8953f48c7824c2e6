/** What is played: in this window, and on the player's other devices. */
import { effect, signal } from '@preact/signals';
import { Refused, type Call } from '../../common/api.ts';
import { inBackground } from '../../common/background.ts';
import type { PlaySession as LiveSession, PlaySessionPage } from '../../../lib/contract/playtime.ts';
import { complain } from '../../common/ui/notices.tsx';
import { player } from '../calls.ts';
import { DEVICE_ID } from '../device.ts';
import { playerSocket, type News } from '../socket.ts';
import { startPlaying, type PlaySession } from './play-session.ts';

export interface ElsewhereSession extends LiveSession {
  /** When it was told, on this window's monotonic clock. */
  readonly toldAt: number;
}

/** Played in this window, the latest first, with those that ended until they are put away. */
export const here = signal<readonly PlaySession[]>([]);
/** Played on other devices. */
export const elsewhere = signal<readonly ElsewhereSession[]>([]);
/** What is live on any device. */
export const LIVE_CALL: Call = { method: 'GET', path: '/playtime/live' };

/** The games that are paused in this tab: a page that is loaded again finds them so. */
const PAUSED = 'library.play.paused';

export function hereOf(gameId: string): PlaySession | undefined {
  return here.value.find(({ state }) => state.value.gameId === gameId && state.value.phase !== 'ended');
}

export function elsewhereOf(gameId: string): ElsewhereSession | undefined {
  return elsewhere.value.find(({ game_id }) => game_id === gameId);
}

/** Asks what is live now; what is this device's own is not elsewhere. */
export async function readLive(): Promise<readonly LiveSession[]> {
  const { items } = await player.call<PlaySessionPage>(LIVE_CALL);
  const toldAt = performance.now();
  elsewhere.value = items.filter(({ device_id }) => device_id !== DEVICE_ID).map((item) => ({ ...item, toldAt }));
  return items.filter(({ device_id }) => device_id === DEVICE_ID);
}

/**
 * Plays a game here; a session of it on another device ends.
 *
 * @returns the session that was taken over, or null
 * @throws Refused
 */
export async function play(gameId: string): Promise<string | null> {
  const { session, started } = await startPlaying(gameId);
  here.value = [session, ...here.value.filter(({ state }) => state.value.gameId !== gameId)];
  elsewhere.value = elsewhere.value.filter(({ game_id }) => game_id !== gameId);
  return started.superseded_session_id;
}

export function putAway(session: PlaySession): void {
  here.value = here.value.filter((other) => other !== session);
}

/** A page that is loaded again goes on with what it played. */
async function goOnAfterReload(): Promise<void> {
  const own = await readLive();
  const paused = new Set(JSON.parse(sessionStorage.getItem(PAUSED) ?? '[]') as string[]);
  for (const { game_id } of own) {
    await play(game_id);
    if (paused.has(game_id)) await hereOf(game_id)?.pause();
  }
}

effect(() => {
  const paused = here.value.map(({ state }) => state.value).filter(({ phase }) => phase === 'paused');
  // Before the page has read what it kept, there is nothing to keep.
  if (here.value.length > 0) sessionStorage.setItem(PAUSED, JSON.stringify(paused.map(({ gameId }) => gameId)));
});

function heard({ event, data }: News): void {
  if (event === 'playtime.warning') {
    const endsAt = typeof data['ends_at'] === 'string' ? data['ends_at'] : null;
    own(data['session_id'])?.warn(endsAt);
  }
  if (event !== 'playtime.updated') return;
  if (data['change'] === 'session_ended') {
    own(data['session_id'])?.endedBy(data['reason'] as never, String(data['ended_at']));
  }
  if (data['change'] !== 'total' && data['device_id'] !== DEVICE_ID) inBackground(readLive());
}

function own(sessionId: unknown): PlaySession | undefined {
  return here.value.find(({ state }) => state.value.sessionId === sessionId);
}

playerSocket.onNews(heard);
playerSocket.onReset(() => inBackground(readLive()));

const FIRST_PAUSE_MS = 1_000;

/** The first look; tried until somebody answers. */
export function openSessions(): void {
  goOnAfterReload().catch((error: unknown) => {
    if (error instanceof Refused && error.status > 0 && error.status < 500) return complain(error);
    setTimeout(openSessions, FIRST_PAUSE_MS);
  });
}

// Other devices report by heartbeats: while one plays, what they reported is asked for as often as they do.
effect(() => {
  const seconds = playerSocket.heartbeatSeconds.value;
  if (elsewhere.value.length === 0 || seconds === null) return undefined;
  const again = (): void => void (elsewhere.value = [...elsewhere.value]);
  const timer = setTimeout(() => {
    // Nobody looks at a tab behind others; it waits for its next turn.
    if (document.visibilityState === 'visible') readLive().catch(again);
    else again();
  }, seconds * 1_000);
  return () => clearTimeout(timer);
});
