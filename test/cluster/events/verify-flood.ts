/** Compares what a flood left with what the model says. Pure. */
import type { Flood } from './flood.ts';
import { describeTold, STREAMS, type FloodOutcome, type Stream } from './flood-model.ts';
import type { FloodObserved } from './flood-observed.ts';
import { MARK_HEADER } from './poison.ts';
import { DEAD_LETTER_HEADERS, type IncomingMessage } from '../../../lib/ports/event-bus.ts';
import { toldEvent, type ToldEvent } from '../../event-schemas.ts';

export interface FloodViolation {
  readonly invariant: string;
  readonly what: string;
}

/** Everything that is not as it should be. */
export function verifyFlood(flood: Flood, expected: FloodOutcome, observed: FloodObserved): FloodViolation[] {
  const alive = (key: string): boolean => !expected.erased.has(key.slice(0, 36));
  const living = <Value>(map: ReadonlyMap<string, Value>): Map<string, Value> =>
    new Map([...map].filter(([key]) => alive(key)));
  const wishes = (keys: ReadonlySet<string>) => new Map([...keys].map((key) => [key, 'wished'] as const));
  return [
    ...differences('library', living(expected.libraries), observed.libraries),
    ...differences('installation', living(expected.installations), observed.installations),
    ...differences('catalogue', expected.catalog, observed.catalog),
    ...differences('wish', living(wishes(expected.wishes)), wishes(observed.wishes)),
    ...differences('audit log', living(expected.audited), observed.audited),
    ...differences('counter of owners', observed.owners, observed.counted),
    ...[...observed.traces]
      .filter(([, traces]) => traces.length > 0)
      .map(([user, traces]) => ({ invariant: 'erased without a trace', what: `${user}: ${traces.join(', ')}` })),
    ...verifyTold(expected, observed.told),
    ...verifyDeadLetters(flood, observed.deadLetters),
    ...(observed.unfinished === 0
      ? []
      : [{ invariant: 'finished', what: `${observed.unfinished} events are under way` }]),
  ];
}

function differences<Value>(
  invariant: string,
  expected: ReadonlyMap<string, Value>,
  observed: ReadonlyMap<string, Value>,
): FloodViolation[] {
  return [...new Set([...expected.keys(), ...observed.keys()])]
    .filter((key) => expected.get(key) !== observed.get(key))
    .map((key) => ({
      invariant,
      what: `${key}: expected ${String(expected.get(key) ?? 'nothing')}, found ${String(observed.get(key) ?? 'nothing')}`,
    }));
}

/** Each event once under one id, valid, keyed by its user, in order; of those who were erased, a beginning of them. */
function verifyTold(expected: FloodOutcome, messages: readonly IncomingMessage[]): FloodViolation[] {
  const violations: FloodViolation[] = [];
  const firsts = new Map<string, string>();
  const arrived = new Map<string, Record<Stream, string[]>>();
  for (const { key, value, topic } of messages) {
    let event: ToldEvent;
    try {
      event = toldEvent(value);
    } catch (error) {
      violations.push({ invariant: 'valid by its schema', what: String(error) });
      continue;
    }
    const user = String(event.data['user_id']);
    if (key !== user) violations.push({ invariant: 'keyed by the user', what: `${topic} ${key}: ${value}` });
    const before = firsts.get(event.id);
    if (before !== undefined) {
      if (before !== value) violations.push({ invariant: 'one id, one event', what: `${before} and ${value}` });
      continue;
    }
    firsts.set(event.id, value);
    const described = describeTold(event.type, event.data);
    const streams = arrived.get(user) ?? { access: [], installations: [], wishes: [] };
    arrived.set(user, streams);
    if (described === null) violations.push({ invariant: 'brought about by the flood', what: value });
    else streams[described[0]].push(described[1]);
  }
  for (const [user, streams] of expected.told) {
    for (const stream of STREAMS) {
      const should = streams[stream];
      const did = arrived.get(user)?.[stream] ?? [];
      const isRight = expected.erased.has(user)
        ? did.every((event, at) => event === should[at])
        : did.join() === should.join();
      if (!isRight) {
        const at = did.findIndex((event, n) => event !== should[n]);
        const where = at < 0 ? did.length : at;
        const what = `${user} ${stream}, event ${where} of ${should.length} (${did.length} came): `;
        violations.push({ invariant: 'told once and in order', what: `${what}${did[where]} for ${should[where]}` });
      }
    }
  }
  for (const user of arrived.keys()) {
    if (!expected.told.has(user)) violations.push({ invariant: 'brought about by the flood', what: `user ${user}` });
  }
  return violations;
}

function verifyDeadLetters({ poison }: Flood, letters: readonly IncomingMessage[]): FloodViolation[] {
  const byMark = Map.groupBy(letters, ({ headers }) => headers[MARK_HEADER] ?? '');
  const known = new Map(poison.map((each) => [each.mark, each]));
  const missing = poison
    .filter(({ mark }) => !byMark.has(mark))
    .map(({ mark, message }) => ({ invariant: 'poison is buried', what: `${mark}: ${message.value.slice(0, 200)}` }));
  const wrong = letters.flatMap(({ headers, value, topic }) => {
    const reason = headers[DEAD_LETTER_HEADERS.reason] ?? '';
    const expected = known.get(headers[MARK_HEADER] ?? '');
    const fits =
      expected !== undefined &&
      expected.reason.test(reason) &&
      expected.message.value === value &&
      headers[DEAD_LETTER_HEADERS.topic] === expected.message.topic;
    return fits ? [] : [{ invariant: 'only poison, as it was', what: `${topic}: ${reason}: ${value.slice(0, 200)}` }];
  });
  return [...missing, ...wrong];
}
