import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, type Situation } from '../../../../scripts/save-sync/decision.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'c'.repeat(64);
const never = { version: null, sha256: null };
const at7 = { version: 7, sha256: A };

describe('the decision about a save', () => {
  it.each<[string, Situation, object]>([
    ['has nothing to do where there is nothing', { local: null, baseline: never, head: null }, { kind: 'in-step' }],
    ['uploads the first save', { local: A, baseline: never, head: null }, { kind: 'upload' }],
    ['downloads to a new device', { local: null, baseline: never, head: at7 }, { kind: 'download', head: at7 }],
    [
      'takes a missing baseline for a conflict',
      { local: B, baseline: never, head: at7 },
      { kind: 'conflict', head: at7 },
    ],
    ['recognises the same content', { local: A, baseline: never, head: at7 }, { kind: 'adopt', head: at7 }],
    ['rests when nothing changed', { local: A, baseline: at7, head: at7 }, { kind: 'in-step' }],
    ['uploads what changed here', { local: B, baseline: at7, head: at7 }, { kind: 'upload' }],
    [
      'downloads what changed there',
      { local: A, baseline: at7, head: { version: 9, sha256: B } },
      { kind: 'download', head: { version: 9, sha256: B } },
    ],
    [
      'finds a conflict when both changed',
      { local: C, baseline: at7, head: { version: 9, sha256: B } },
      { kind: 'conflict', head: { version: 9, sha256: B } },
    ],
    [
      'does not take a new version with the old content for a change of what is here',
      { local: B, baseline: at7, head: { version: 9, sha256: A } },
      { kind: 'conflict', head: { version: 9, sha256: A } },
    ],
    [
      'downloads again what was removed here',
      { local: null, baseline: at7, head: at7 },
      { kind: 'download', head: at7 },
    ],
    ['keeps what is here of a deleted slot', { local: A, baseline: at7, head: null }, { kind: 'accept-deletion' }],
    [
      'asks when a slot was deleted that changed here',
      { local: B, baseline: at7, head: null },
      { kind: 'conflict', head: null },
    ],
    [
      'uploads to a deleted slot what changed after the deletion was known',
      { local: B, baseline: { version: null, sha256: A }, head: null },
      { kind: 'upload' },
    ],
    ['rests after a deletion', { local: A, baseline: { version: null, sha256: A }, head: null }, { kind: 'in-step' }],
  ])('%s', (_title, situation, decision) => {
    expect(decide(situation)).toEqual(decision);
  });

  const content = fc.constantFrom(A, B, C);
  const version = fc.integer({ min: 1, max: 3 });
  const situations = fc.record({
    local: fc.option(content),
    baseline: fc.record({ version: fc.option(version), sha256: fc.option(content) }),
    head: fc.option(fc.record({ version, sha256: content })),
  });

  it('replaces only content that is absent or known to be in the cloud', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        if (decide(situation).kind !== 'download') return;
        expect([null, situation.baseline.sha256]).toContain(situation.local);
      }),
    );
  });

  it('uploads only on the version that the device knows and the cloud is at', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const decision = decide(situation);
        if (decision.kind !== 'upload') return;
        expect(situation.head?.version ?? null).toBe(situation.baseline.version);
      }),
    );
  });

  it('is at rest once it was carried out', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        expect(decide(carriedOut(situation)).kind).toMatch(
          decide(situation).kind === 'conflict' ? 'conflict' : 'in-step',
        );
      }),
    );
  });
});

/** What the situation is after the decision about it was carried out, with nobody else about. */
function carriedOut(situation: Situation): Situation {
  const decision = decide(situation);
  switch (decision.kind) {
    case 'in-step':
    case 'conflict':
      return situation;
    case 'adopt':
      return { ...situation, baseline: decision.head };
    case 'accept-deletion':
      return { ...situation, baseline: { version: null, sha256: situation.local } };
    case 'download':
      return { local: decision.head.sha256, baseline: decision.head, head: decision.head };
    case 'upload': {
      const head = { version: 4, sha256: situation.local ?? '' };
      return { local: situation.local, baseline: head, head };
    }
  }
}
