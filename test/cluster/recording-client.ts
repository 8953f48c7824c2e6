/** The API as one launcher uses it; every request goes into the history with its answer. */
import type {
  Exchange,
  BeatExchange,
  CorrectExchange,
  Failure,
  OfflineExchange,
  StartExchange,
  StatsExchange,
} from './exchange.ts';
import { NoAnswer, type LoadBalancer, type Request } from './load-balancer.ts';
import type { Recorder } from './recorder.ts';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';
import type {
  BeatBody,
  BeatReply,
  CorrectBody,
  CorrectedSession,
  OfflineBody,
  OfflineReply,
  PlaytimeStats,
  StartBody,
  StartedSession,
} from '../../lib/contract/playtime.ts';

interface Outcome<Reply> {
  readonly user: string;
  readonly calledAt: number;
  readonly returnedAt: number;
  readonly attempts: number;
  readonly failure: Failure | null;
  readonly reply: Reply | null;
}

export class RecordingClient {
  readonly user: string;
  readonly #balancer: LoadBalancer;
  readonly #token: string;
  readonly #recorder: Recorder;

  constructor(balancer: LoadBalancer, user: string, token: string, recorder: Recorder) {
    this.#balancer = balancer;
    this.user = user;
    this.#token = token;
    this.#recorder = recorder;
  }

  async start(body: StartBody): Promise<StartExchange> {
    return this.#record({ op: 'start', body, ...(await this.#post<StartedSession>('/playtime/start', body)) });
  }

  async beat(op: 'heartbeat' | 'end', body: BeatBody): Promise<BeatExchange> {
    return this.#record({ op, body, ...(await this.#post<BeatReply>(`/playtime/${op}`, body)) });
  }

  async offline(body: OfflineBody): Promise<OfflineExchange> {
    return this.#record({ op: 'offline', body, ...(await this.#post<OfflineReply>('/playtime/offline', body)) });
  }

  async correct(session: string, body: CorrectBody): Promise<CorrectExchange> {
    const path = `/playtime/sessions/${session}/correct`;
    return this.#record({ op: 'correct', session, body, ...(await this.#post<CorrectedSession>(path, body)) });
  }

  async stats(): Promise<StatsExchange> {
    return this.#record({ op: 'stats', ...(await this.#send<PlaytimeStats>('GET', '/playtime/stats')) });
  }

  #record<E extends Exchange>(exchange: E): E {
    this.#recorder.add(exchange);
    return exchange;
  }

  #post<Reply>(path: string, body: object): Promise<Outcome<Reply>> {
    return this.#send('POST', path, body);
  }

  async #send<Reply>(method: Request['method'], path: string, body?: object): Promise<Outcome<Reply>> {
    const calledAt = Date.now();
    const over = this.#recorder.began(calledAt);
    const request = { method, path: BASE_PATH + path, token: this.#token, ...(body === undefined ? {} : { body }) };
    try {
      const { status, body: text, attempts } = await this.#balancer.send(request);
      const returnedAt = Date.now();
      const base = { user: this.user, calledAt, returnedAt, attempts };
      if (status === 200) return { ...base, failure: null, reply: JSON.parse(text) as Reply };
      return { ...base, failure: { status, ...problemOf(text) }, reply: null };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const failure = { status: 0, code: 'NO_ANSWER', detail: error.message };
      return { user: this.user, calledAt, returnedAt: Date.now(), attempts: error.attempts, failure, reply: null };
    } finally {
      over();
    }
  }
}

function problemOf(text: string): { code: string; detail: string } {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    return { code: code ?? 'NO_CODE', detail: detail ?? text };
  } catch {
    return { code: 'NO_PROBLEM_DOCUMENT', detail: text.slice(0, 200) };
  }
}
