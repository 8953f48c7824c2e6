/**
 * The WebSocket of an account: comes back by itself, resumes where it stopped hearing, and shows a newer token before the
 * old one ends (docs/websocket.md). A beat that it cannot carry goes over REST, as it is: it is known by its number.
 */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { API, refusal } from '../common/api.ts';
import { inBackground } from '../common/background.ts';
import type { StreamState } from '../common/event-stream.ts';
import type { NewsFrame, ReadyEvent, ReplyFrame } from '../../lib/contract/frames.ts';
import type { BeatBody, BeatReply, EndReply } from '../../lib/contract/playtime.ts';
import { noteFrame, player, type Account } from './calls.ts';

export type News = NewsFrame;

export interface LibrarySocket {
  readonly state: ReadonlySignal<StreamState>;
  /** How often sessions report; null: not told yet. */
  readonly heartbeatSeconds: ReadonlySignal<number | null>;
  /** Hears news, in order, until the returned function is called. */
  onNews(listener: (news: News) => void): () => void;
  /** Hears that something may have been missed for good: what is shown has to be read anew. */
  onReset(listener: () => void): () => void;
  /** Over the socket, or over REST where it has no answer. @throws Refused */
  beat(body: BeatBody): Promise<BeatReply>;
  /** As `beat`. */
  end(body: BeatBody): Promise<EndReply>;
  /** For good. */
  close(): void;
}

type EventFrame = ReadyEvent | NewsFrame | { readonly event: 'position'; readonly id: string };

/** How long a beat may wait for its reply, ms; then it goes over REST. */
const REPLY_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Positions come about once a minute: a connection that is silent for longer is dead, whatever the system believes. */
const SILENCE_MS = 150_000;
/** An id that is refused would be refused for ever, and a page is not told why it was not let in. */
const MOST_TRIES_TO_RESUME = 4;
/** A token is renewed when `enter` is asked; asked this often. */
const RENEWAL_MS = 60_000;

/** One for an account and page. */
export function openSocket(account: Account): LibrarySocket {
  const state = signal<StreamState>('connecting');
  const heartbeatSeconds = signal<number | null>(null);
  const listeners = { news: new Set<(news: News) => void>(), reset: new Set<() => void>() };
  const waiting = new Map<number, (reply: ReplyFrame | null) => void>();
  let socket: WebSocket | null = null;
  let lastId: string | null = null;
  let lastRef = 0;
  let failures = 0;
  let closed = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function send(frame: Readonly<Record<string, unknown>>, shown = frame): void {
    noteFrame(account.name, 'sent', shown);
    socket?.send(JSON.stringify(frame));
  }

  async function connect(): Promise<void> {
    // Why there is no token yet, the calls show.
    const person = await account.enter().catch(() => null);
    if (closed) return;
    if (person === null) return comeBack(0);
    const query = lastId === null ? '' : `?last_id=${lastId}`;
    const url = `${location.origin.replace(/^http/, 'ws')}${API}/ws${query}`;
    const opened = new WebSocket(url, ['library.v1', `bearer.${person.token}`]);
    socket = opened;
    opened.addEventListener('open', () => {
      listen();
      // Without this, the service waits a second for it.
      if (lastId === null) send({ type: 'resume', last_id: null });
    });
    opened.addEventListener('message', ({ data }) => receive(String(data)));
    opened.addEventListener('close', ({ code, reason }) => gone(opened, code, reason));
  }

  function receive(text: string): void {
    listen();
    const frame = JSON.parse(text) as EventFrame | ReplyFrame;
    noteFrame(account.name, 'received', frame);
    if (!('event' in frame)) {
      if (typeof frame.ref === 'number') waiting.get(frame.ref)?.(frame);
      return;
    }
    if (frame.event === 'ready') ready(frame);
    else if (frame.event !== 'position') for (const listener of [...listeners.news]) listener(frame);
    // Only what was dealt with is behind us.
    lastId = frame.id;
  }

  function ready({ data }: ReadyEvent): void {
    const again = failures > 0 || state.value === 'lost';
    failures = 0;
    state.value = 'live';
    heartbeatSeconds.value = data.heartbeat_interval_seconds;
    if (data.resume === 'reset' || (again && data.resume === 'fresh')) {
      for (const listener of [...listeners.reset]) listener();
    }
  }

  function listen(): void {
    clearTimeout(silence);
    const heard = socket;
    silence = setTimeout(() => heard !== null && abandon(heard), SILENCE_MS);
  }

  /** A connection that died may take minutes to close: nobody waits for it. */
  function abandon(dead: WebSocket): void {
    if (socket !== dead) return;
    dead.close();
    gone(dead, 1006, '');
  }

  function gone(left: WebSocket, code: number, reason: string): void {
    if (socket !== left) return;
    socket = null;
    clearTimeout(silence);
    for (const answer of [...waiting.values()]) answer(null);
    if (closed) return;
    state.value = 'lost';
    // It has ended, or the product has another key by now.
    if (code === 4001 || failures === 1) account.leave();
    comeBack(retryAfter(reason));
  }

  function comeBack(afterMs: number): void {
    state.value = 'lost';
    const backOff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    failures += 1;
    if (failures > MOST_TRIES_TO_RESUME) lastId = null;
    setTimeout(() => void connect(), afterMs > 0 ? afterMs : backOff * (0.5 + Math.random() / 2));
  }

  async function ask<Reply>(type: 'heartbeat' | 'end', body: BeatBody): Promise<Reply> {
    const carrier = socket;
    if (carrier === null || carrier.readyState !== WebSocket.OPEN) return overRest<Reply>(type, body);
    const ref = (lastRef += 1);
    const reply = await new Promise<ReplyFrame | null>((resolve) => {
      const timer = setTimeout(() => {
        resolve(null);
        abandon(carrier);
      }, REPLY_MS);
      waiting.set(ref, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send({ type, ref, ...body });
    });
    waiting.delete(ref);
    if (reply === null) return overRest<Reply>(type, body);
    if (reply.status < 400) return reply.body as Reply;
    throw refusal(reply.status, reply.body);
  }

  function overRest<Reply>(type: 'heartbeat' | 'end', body: BeatBody): Promise<Reply> {
    return account.call<Reply>({ method: 'POST', path: `/playtime/${type}`, body });
  }

  const renewal = setInterval(() => inBackground(account.enter()), RENEWAL_MS);
  const stopShowing = effect(() => {
    const person = account.person.value;
    if (person === null || socket?.readyState !== WebSocket.OPEN) return;
    const ref = (lastRef += 1);
    send(
      { type: 'authenticate', ref, token: person.token },
      { type: 'authenticate', ref, token: `$${account.variable}` },
    );
  });
  void connect();

  return {
    state,
    heartbeatSeconds,
    onNews: (listener) => subscribed(listeners.news, listener),
    onReset: (listener) => subscribed(listeners.reset, listener),
    beat: (body) => ask<BeatReply>('heartbeat', body),
    end: (body) => ask<EndReply>('end', body),
    close() {
      closed = true;
      clearInterval(renewal);
      clearTimeout(silence);
      stopShowing();
      socket?.close(1000);
    },
  };
}

function subscribed<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The reason of a closing by the service, where it says when to come back, ms. */
function retryAfter(reason: string): number {
  try {
    const { retry_after_ms: ms } = JSON.parse(reason) as { retry_after_ms?: unknown };
    return typeof ms === 'number' && ms >= 0 ? ms : 0;
  } catch {
    // It is a sentence for people.
    return 0;
  }
}

/** The player's own, for all views of the page. */
export const playerSocket = openSocket(player);
