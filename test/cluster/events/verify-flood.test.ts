import { describe, expect, it } from '@jest/globals';
import { makeFlood } from './flood.ts';
import { outcomeOf, STREAMS } from './flood-model.ts';
import type { FloodObserved } from './flood-observed.ts';
import { MARK_HEADER } from './poison.ts';
import { verifyFlood } from './verify-flood.ts';
import { outgoingEvent } from '../../../lib/events/cloud-event.ts';
import { DEAD_LETTER_HEADERS, type IncomingMessage } from '../../../lib/ports/event-bus.ts';
import { arrived } from '../../platform-events.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { v7 as uuidv7 } from 'uuid';

const flood = makeFlood(1_500, new SeededRandom(3));
const expected = outcomeOf(flood);
const [living = ''] = flood.users.filter(
  (user) => !expected.erased.has(user) && (expected.told.get(user)?.access.length ?? 0) > 2,
);
const [erased = ''] = expected.erased;

/** What a service that makes no mistake leaves behind. */
function perfect(): FloodObserved {
  const alive = ([key]: readonly [string, unknown]): boolean => !expected.erased.has(key.slice(0, 36));
  return {
    libraries: new Map([...expected.libraries].filter(alive)),
    installations: new Map([...expected.installations].filter(alive)),
    catalog: expected.catalog,
    wishes: new Set([...expected.wishes].filter((key) => alive([key, null]))),
    audited: new Map([...expected.audited].filter(alive)),
    owners: new Map(),
    counted: new Map(),
    traces: new Map([[erased, []]]),
    unfinished: 0,
    told: [...expected.told].flatMap(([user, streams]) =>
      STREAMS.flatMap((stream) => streams[stream].map((event) => message(user, event))),
    ),
    deadLetters: flood.poison.map(({ message: original, mark, reason }) => {
      const why = reason.source.replaceAll(/[\^\\]|\.\*/g, '');
      const headers = { [DEAD_LETTER_HEADERS.reason]: why, [DEAD_LETTER_HEADERS.topic]: original.topic };
      return arrived({ ...original, headers: { ...headers, [MARK_HEADER]: mark } });
    }),
  };
}

/** An event as the model describes it, as it would arrive. */
function message(user_id: string, described: string): IncomingMessage {
  const [event_type = '', game_id = '', what = ''] = described.split(' ');
  const of = { user_id, game_id };
  const data = {
    'library.game.added': { ...of, source: what, acquired_at: '2026-03-01T18:30:00.000Z' },
    'library.game.updated': { ...of, changed: [what] },
    'library.wishlist.item.added': of,
  }[event_type] ?? { ...of, reason: what };
  return arrived(
    outgoingEvent({ event_number: 1, event_id: uuidv7(), user_id, event_type, occurred_at: new Date(), data }),
  );
}

const found = (observed: Partial<FloodObserved>): string[] => [
  ...new Set(verifyFlood(flood, expected, { ...perfect(), ...observed }).map(({ invariant }) => invariant)),
];
const without = <Value>(map: ReadonlyMap<string, Value>): Map<string, Value> => new Map([...map].slice(1));

describe('the judge of a flood', () => {
  it('finds nothing where there is nothing to find, repetitions and a half-told erased user included', () => {
    const { told, deadLetters } = perfect();
    const half = told.filter(({ key, value }) => key !== erased || value.includes('wishlist'));
    expect(found({ told: [...half, ...half.slice(0, 50)], deadLetters: [...deadLetters, ...deadLetters] })).toEqual([]);
  });

  it('sees what is missing and what is too much in every table', () => {
    const { libraries, installations, catalog, audited } = perfect();
    expect(found({ libraries: without(libraries) })).toEqual(['library']);
    expect(found({ libraries: new Map([...libraries, [`${erased} game`, 'purchase']]) })).toEqual(['library']);
    expect(found({ installations: without(installations) })).toEqual(['installation']);
    expect(found({ catalog: without(catalog) })).toEqual(['catalogue']);
    expect(found({ wishes: new Set() })).toEqual(['wish']);
    const [first = ['', 0]] = audited;
    expect(found({ audited: new Map([...audited, [first[0], first[1] + 1]]) })).toEqual(['audit log']);
    expect(found({ owners: new Map([['game', 1]]) })).toEqual(['counter of owners']);
    expect(found({ traces: new Map([[erased, ['wishlists: 1']]]) })).toEqual(['erased without a trace']);
    expect(found({ unfinished: 1 })).toEqual(['finished']);
  });

  it('sees an event that is lost, doubled under another id, out of order, of the wrong key, or not valid', () => {
    const { told } = perfect();
    const [first, second, ...others] = told.filter(({ key, topic }) => key === living && topic === 'library-events');
    const rest = told.filter((each) => each !== first && each !== second);
    if (first === undefined || second === undefined) throw new Error('the flood is too small');
    expect(others.length).toBeGreaterThan(0);
    expect(found({ told: [second, ...rest] })).toEqual(['told once and in order']);
    const again = { ...first, value: first.value.replace(/"id":"[^"]+"/, `"id":"${uuidv7()}"`) };
    expect(found({ told: [first, again, second, ...rest] })).toEqual(['told once and in order']);
    expect(found({ told: [second, first, ...rest] })).toEqual(['told once and in order']);
    expect(found({ told: [...told.slice(1), { ...(told[0] as IncomingMessage), key: 'x' }] })).toContain(
      'keyed by the user',
    );
    expect(found({ told: [...told, { ...first, value: first.value.replace('"data"', '"date"') }] })).toContain(
      'valid by its schema',
    );
    expect(
      found({
        told: [...told, { ...first, value: first.value.replace(/"time":"[^"]+"/, '"time":"2026-03-01T18:30:00Z"') }],
      }),
    ).toEqual(['one id, one event']);
  });

  it('sees poison that is not buried, for another reason, or what is no poison', () => {
    const { deadLetters, told } = perfect();
    expect(found({ deadLetters: deadLetters.slice(1) })).toEqual(['poison is buried']);
    const wrong = deadLetters.map((letter) => ({
      ...letter,
      headers: { ...letter.headers, [DEAD_LETTER_HEADERS.reason]: 'failed 3 times: the database was away' },
    }));
    expect(found({ deadLetters: wrong })).toEqual(['only poison, as it was']);
    expect(found({ deadLetters: [...deadLetters, told[0] as IncomingMessage] })).toEqual(['only poison, as it was']);
  });
});
