import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignPartitions } from '../../../../lib/kafka/assign-partitions.ts';

const TOPICS = ['games', 'users', 'orders'];

function deal(members: Record<string, readonly string[]>, partitions: Record<string, number>) {
  const subscriptions = new Map(
    Object.entries(members).map(([memberId, topics]) => [memberId, { memberId, version: 0, topics: [...topics] }]),
  );
  const topics = new Map(
    Object.entries(partitions).map(([topic, partitionsCount]) => [
      topic,
      { id: topic, partitions: [], partitionsCount, lastUpdate: 0 },
    ]),
  );
  const metadata = { id: '', brokers: new Map(), controllerId: 0, topics, lastUpdate: 0 };
  return new Map(
    assignPartitions('leader', subscriptions, new Set(), metadata).map(({ memberId, assignments }) => [
      memberId,
      [...assignments.values()].flatMap(({ topic, partitions: all }) => all.map((n) => `${topic}:${n}`)),
    ]),
  );
}

describe('dealing partitions out', () => {
  it('gives members that know different topics only what they know, whoever leads', () => {
    const dealt = deal({ old: ['games'], new: ['games', 'users'] }, { games: 2, users: 2 });
    expect(dealt.get('old')).toEqual(['games:1']);
    expect(dealt.get('new')).toEqual(['games:0', 'users:0', 'users:1']);
  });

  it('gives every partition to exactly one member that wants it, evenly, however members are listed', () => {
    const membership = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.subarray(TOPICS, { minLength: 1 }), {
      minKeys: 1,
      maxKeys: 7,
    });
    const counts = fc.record(Object.fromEntries(TOPICS.map((topic) => [topic, fc.integer({ min: 1, max: 30 })])));
    fc.assert(
      fc.property(membership, counts, (members, partitions) => {
        const dealt = deal(members, partitions);
        const given = [...dealt.values()].flat();
        const wanted = TOPICS.filter((topic) => Object.values(members).some((topics) => topics.includes(topic)));
        const all = wanted.flatMap((topic) =>
          Array.from({ length: partitions[topic] ?? 0 }, (_, n) => `${topic}:${n}`),
        );
        expect([...given].sort()).toEqual(all.sort());
        for (const [member, its] of dealt) {
          for (const partition of its) expect(members[member]).toContain(partition.split(':')[0]);
        }
        if (Object.values(members).every((topics) => topics.length === TOPICS.length)) {
          const sizes = [...dealt.values()].map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
        const reversed = Object.fromEntries(Object.entries(members).reverse());
        expect(deal(reversed, partitions)).toEqual(dealt);
      }),
    );
  });
});
