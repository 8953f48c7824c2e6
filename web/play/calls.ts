/**
 * Every call this page makes, as one of the demo's accounts, is made here: so that it can be shown, copied and made again
 * by hand.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import { apiOf, curlOf, Refused, type Answer, type Call } from '../common/api.ts';
import { demoToken, signIn, type Person } from '../common/person.ts';

export type PlayAccount = 'player' | 'friend' | 'shop';

export interface Account {
  readonly name: PlayAccount;
  /** What a shell calls its token in what is copied. */
  readonly variable: string;
  /** Null before the first call. */
  readonly person: ReadonlySignal<Person | null>;
  /** Who it is, with a token that is good for some minutes yet. @throws Refused */
  enter(): Promise<Person>;
  /** Forgets the token: it is not taken any more. */
  leave(): void;
  /** @throws Refused */
  call<Body = unknown>(call: Call): Promise<Body>;
  /** As `call`, with what the headers say. */
  answered<Body = unknown>(call: Call): Promise<Answer<Body>>;
}

/** A request over HTTP, as it went. */
export interface LoggedCall {
  readonly kind: 'call';
  readonly id: number;
  /** Ms since the Unix epoch. */
  readonly at: number;
  readonly account: PlayAccount;
  /** `POST /playtime/start` */
  readonly title: string;
  readonly curl: string;
  /** Null: under way; 0: nobody answered. */
  readonly status: number | null;
  /** Of the error catalogue, when it was refused. */
  readonly code: string | null;
  readonly tookMs: number | null;
}

/** A frame of a WebSocket. */
export interface LoggedFrame {
  readonly kind: 'frame';
  readonly id: number;
  readonly at: number;
  readonly account: PlayAccount;
  readonly way: 'sent' | 'received';
  readonly frame: Readonly<Record<string, unknown>>;
}

export type Logged = LoggedCall | LoggedFrame;

const MOST = 200;
/** A token is exchanged for a new one this long before it ends: what begins with it shall end with it. */
const RENEWED_BEFORE_MS = 300_000;
const VARIABLES: Readonly<Record<PlayAccount, string>> = {
  player: 'TOKEN',
  friend: 'FRIEND_TOKEN',
  shop: 'SHOP_TOKEN',
};

const entries = signal<readonly Logged[]>([]);
let last = 0;

/** Calls and frames, the latest first. */
export const log: ReadonlySignal<readonly Logged[]> = entries;

export const player = accountOf('player');
export const friend = accountOf('friend');
export const shop = accountOf('shop');

/** A line for a shell that fetches the token which copied calls of an account use. */
export function tokenLine({ name, variable }: Pick<Account, 'name' | 'variable'>): string {
  const body = JSON.stringify({ account: name });
  return (
    `${variable}=$(curl -s '${location.origin}/demo/tokens' -H 'content-type: application/json' -d '${body}' \\\n` +
    `  | sed -E 's/.*"token":"([^"]+)".*/\\1/')`
  );
}

/** A call as the command line that makes it. */
export function lineOf({ variable }: Pick<Account, 'variable'>, call: Call): string {
  return curlOf(call, location.origin, variable);
}

export interface Outcome {
  /** 0: nobody answered. */
  readonly status: number;
  readonly code?: string;
}

/** Notes a request that does not go to the API (a file that goes to the store); the result notes how it ended. */
export function noteCall(account: PlayAccount, title: string, curl: string): (outcome: Outcome) => void {
  const id = (last += 1);
  const begun = performance.now();
  const noted: LoggedCall = {
    kind: 'call',
    id,
    account,
    title,
    curl,
    at: Date.now(),
    status: null,
    code: null,
    tookMs: null,
  };
  note(noted);
  return ({ status, code = null }) => {
    const ended = { ...noted, status, code, tookMs: performance.now() - begun };
    entries.value = entries.value.map((entry) => (entry.id === id ? ended : entry));
  };
}

export function noteFrame(account: PlayAccount, way: LoggedFrame['way'], frame: LoggedFrame['frame']): void {
  note({ kind: 'frame', id: (last += 1), at: Date.now(), account, way, frame });
}

export function forgetCalls(): void {
  entries.value = [];
}

function note(entry: Logged): void {
  entries.value = [entry, ...entries.value].slice(0, MOST);
}

function accountOf(name: PlayAccount): Account {
  const visit = signIn(`play.${name}`);
  const { person } = visit;
  const leave = (): void => visit.leave();
  const api = apiOf({ token: () => person.value?.token ?? null, unauthenticated: leave });
  let entering: Promise<Person> | null = null;

  async function fetchToken(): Promise<Person> {
    const token = await demoToken(name).catch((error: unknown) => {
      throw new Refused(0, 'UNREACHABLE', error instanceof Error ? error.message : String(error));
    });
    if (token === null) throw new Refused(404, 'NOT_FOUND', 'This is no demo: there are no tokens for everybody');
    visit.take(token);
    return person.value as Person;
  }

  function enter(): Promise<Person> {
    const known = person.value;
    if (known !== null && known.endsAt - Date.now() > RENEWED_BEFORE_MS) return Promise.resolve(known);
    // Many calls begin at once when a page opens: one token is enough for them.
    entering ??= fetchToken().finally(() => (entering = null));
    return entering;
  }

  async function noted<Body>(call: Call): Promise<Answer<Body>> {
    const ended = noteCall(name, `${call.method} ${call.path}`, lineOf({ variable: VARIABLES[name] }, call));
    try {
      const answer = await api.answered<Body>(call);
      ended({ status: answer.body === undefined ? 204 : 200 });
      return answer;
    } catch (error) {
      if (error instanceof Refused) ended({ status: error.status, code: error.code });
      throw error;
    }
  }

  async function answered<Body>(call: Call): Promise<Answer<Body>> {
    await enter();
    try {
      return await noted<Body>(call);
    } catch (error) {
      // The product was started anew, with another key: a token is had for the asking.
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      await enter();
      return noted<Body>(call);
    }
  }

  return {
    name,
    person,
    enter,
    leave,
    answered,
    variable: VARIABLES[name],
    call: async <Body>(call: Call) => (await answered<Body>(call)).body,
  };
}
