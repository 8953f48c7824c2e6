/**
 * Server-Sent Events with a token in the header, which the browser's `EventSource` cannot send: read by `fetch`, begun
 * again when the connection is lost.
 */
import { createParser } from 'eventsource-parser';
import { refusal, type Refused } from './api.ts';

/** `live`: connected; `lost`: trying again. */
export type StreamState = 'connecting' | 'live' | 'lost';

export interface EventStreamOptions {
  readonly url: string;
  readonly token: () => string | null;
  /** @param data the event's JSON */
  readonly onEvent: (name: string, data: unknown) => void;
  readonly onState: (state: StreamState) => void;
  /** Told instead of trying again: the request is refused for good (a status from 400 to 499 but 429). */
  readonly onRefused: (refused: Refused) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Reads until the returned function is called. */
export function openEventStream(options: EventStreamOptions): () => void {
  const ended = new AbortController();
  let pauseMs = FIRST_PAUSE_MS;
  async function follow(): Promise<void> {
    options.onState('connecting');
    while (!ended.signal.aborted) {
      try {
        await read(options, ended.signal, () => {
          pauseMs = FIRST_PAUSE_MS;
        });
      } catch (error) {
        if (isFinal(error)) return options.onRefused(error);
      }
      if (ended.signal.aborted) return;
      options.onState('lost');
      // Not all at once: a gateway that left had many watchers.
      await pause(pauseMs * (0.5 + Math.random() / 2), ended.signal);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }
  void follow();
  return () => ended.abort();
}

async function read(
  { url, token, onEvent, onState }: EventStreamOptions,
  signal: AbortSignal,
  connected: () => void,
): Promise<void> {
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token() ?? ''}` },
    signal,
  });
  if (!response.ok || response.body === null) throw refusal(response.status, await response.json().catch(() => null));
  connected();
  onState('live');
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (!signal.aborted) onEvent(event ?? 'message', JSON.parse(data));
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}

function isFinal(error: unknown): error is Refused {
  const status = (error as Partial<Refused> | null)?.status ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
