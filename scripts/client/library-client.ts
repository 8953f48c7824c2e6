import type { GrantBody } from '../../lib/contract/admin.ts';
import type {
  BeatBody,
  BeatReply,
  EndReply,
  OfflineBody,
  OfflineReply,
  PlaySessionPage,
  PlaytimeStats,
  StartBody,
  StartedSession,
} from '../../lib/contract/playtime.ts';

/** An answer that is no success. `status` is 0 when there was no answer at all. */
export class RequestFailed extends Error {
  readonly status: number;
  readonly code: string;
  /** All members of the problem document. */
  readonly problem: Readonly<Record<string, unknown>>;
  /** When the service asked to be asked again, ms from then; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { readonly problem?: Readonly<Record<string, unknown>>; readonly retryAfterMs?: number | null } = {},
  ) {
    super(`${status} ${code}: ${detail}`);
    this.name = 'RequestFailed';
    this.status = status;
    this.code = code;
    this.problem = more.problem ?? {};
    this.retryAfterMs = more.retryAfterMs ?? null;
  }

  /** Whether the service may have carried the request out although it did not say so. */
  get unknownOutcome(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

const BASE = '/api/v1/library';

/** The REST API as one user's launcher uses it, typed by the contract. */
export class LibraryClient {
  readonly #url: () => string;
  readonly #token: () => string;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | null;

  /**
   * @param url where the service is (`http://127.0.0.1:8080`), asked before every request
   * @param token or what to ask for it before every request, for tokens end
   * @param signal ends requests under way: they fail with `NO_ANSWER`
   */
  constructor(
    url: () => string,
    token: string | (() => string),
    timeoutMs = 10_000,
    signal: AbortSignal | null = null,
  ) {
    this.#url = url;
    this.#token = typeof token === 'string' ? () => token : token;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  start(body: StartBody): Promise<StartedSession> {
    return this.send('POST', '/playtime/start', body);
  }

  heartbeat(body: BeatBody): Promise<BeatReply> {
    return this.send('POST', '/playtime/heartbeat', body);
  }

  end(body: BeatBody): Promise<EndReply> {
    return this.send('POST', '/playtime/end', body);
  }

  offline(body: OfflineBody): Promise<OfflineReply> {
    return this.send('POST', '/playtime/offline', body);
  }

  stats(): Promise<PlaytimeStats> {
    return this.send('GET', '/playtime/stats');
  }

  sessions(cursor: string | null = null): Promise<PlaySessionPage> {
    return this.send('GET', `/playtime/sessions?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`);
  }

  /** With the token of an admin or a service. */
  grant(userId: string, body: GrantBody): Promise<unknown> {
    return this.send('POST', `/admin/users/${userId}/games`, body);
  }

  /**
   * Any request of the API; the reply as it came, undefined when there is none.
   *
   * @param path below the API's base, with its query
   * @param headers beside the token and the content type
   */
  async send<Reply>(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url()}${BASE}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token()}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: this.#signal === null ? timeout : AbortSignal.any([timeout, this.#signal]),
      });
      text = await response.text();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new RequestFailed(0, 'NO_ANSWER', cause instanceof Error ? cause.message : String(cause));
    }
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Reply;
    const retryAfterMs = retryAfter(response.headers.get('retry-after'));
    const problem = parseProblem(text);
    if (problem === null) {
      throw new RequestFailed(response.status, 'NO_PROBLEM_DOCUMENT', text.slice(0, 200), { retryAfterMs });
    }
    const { code, detail } = problem;
    throw new RequestFailed(response.status, code ?? 'NO_CODE', detail ?? text, { problem, retryAfterMs });
  }
}

function parseProblem(text: string): { readonly code?: string; readonly detail?: string } | null {
  try {
    const problem: unknown = JSON.parse(text);
    return typeof problem === 'object' ? problem : null;
  } catch {
    return null;
  }
}

/** The header `Retry-After` in seconds (RFC 9110, section 10.2.3), in ms; null: there is none of that form. */
function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}
