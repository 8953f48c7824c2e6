/** Calls of the REST API as this page makes them: with the token of who is signed in, and told to whoever shows them. */

/** Where the API lives. */
export const API = '/api/v1/library';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below {@link API}, query and all: `/playtime/start`. */
  readonly path: string;
  readonly body?: unknown;
  /** Beside `authorization` and `content-type`, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is no success: a problem document (RFC 9457), or none because nobody answered (`status` 0). */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** Of the service's error catalogue (`/docs/errors`); `UNREACHABLE`: there was no answer. */
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

export interface Answer<Body> {
  readonly body: Body;
  /** The version of what was read, to be sent back as `if-match`; null: it has none. */
  readonly etag: string | null;
}

export interface Api {
  /** @throws Refused */
  call<Body = unknown>(call: Call): Promise<Body>;
  /** As `call`, with what the headers say. */
  answered<Body = unknown>(call: Call): Promise<Answer<Body>>;
}

export interface ApiOptions {
  /** The token to call with; null: nobody is signed in. */
  readonly token: () => string | null;
  /** Hears of a token that is not taken any more. */
  readonly unauthenticated?: () => void;
}

export function apiOf({ token, unauthenticated }: ApiOptions): Api {
  async function answered<Body>(call: Call): Promise<Answer<Body>> {
    const response = await fetch(API + call.path, init(call, token())).catch((error: unknown) => {
      throw new Refused(0, 'UNREACHABLE', error instanceof Error ? error.message : String(error));
    });
    const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    if (response.ok) return { body: body as Body, etag: response.headers.get('etag') };
    if (response.status === 401) unauthenticated?.();
    throw refusal(response.status, body);
  }
  return { answered, call: async <Body>(call: Call) => (await answered<Body>(call)).body };
}

function init({ method, body, headers }: Call, token: string | null): RequestInit {
  return {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** A problem document in words; whatever came instead of one, by its status. */
export function refusal(status: number, body: unknown): Refused {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const text = (member: string, otherwise: string): string =>
    typeof problem[member] === 'string' ? problem[member] : otherwise;
  return new Refused(status, text('code', `HTTP_${status}`), text('detail', text('title', `HTTP ${status}`)), problem);
}

/** The call as a command line for a shell in which `TOKEN` holds a token. */
export function curlOf(call: Call, origin: string, variable = 'TOKEN'): string {
  const parts = [
    `curl -s ${call.method === 'GET' || (call.method === 'POST' && call.body !== undefined) ? '' : `-X ${call.method} `}${quoted(`${origin}${API}${call.path}`)}`,
    `-H "authorization: Bearer $${variable}"`,
    ...(call.body === undefined ? [] : ["-H 'content-type: application/json'"]),
    ...Object.entries(call.headers ?? {}).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(call.body === undefined ? [] : [`-d ${quoted(JSON.stringify(call.body))}`]),
  ];
  return parts.join(' \\\n  ');
}

/** As one word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
