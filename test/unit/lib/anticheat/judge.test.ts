import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RULE_NAMES, RULES, SEVERITIES } from '../../../../lib/anticheat/finding.ts';
import { judge } from '../../../../lib/anticheat/judge.ts';
import type { PlayHistory } from '../../../../lib/anticheat/play-history.ts';
import { history, HOUR, session, unlock, MONDAY } from './history.ts';

const game = fc.constantFrom('g1', 'g2', 'g3');
const sessions = fc.array(
  fc
    .record({
      gameId: game,
      from: fc.integer({ min: -190, max: 160 }),
      hours: fc.integer({ min: 0, max: 30 }),
      offline: fc.boolean(),
    })
    .map(({ gameId, from, hours, offline }) => session(from, hours, { gameId, offline })),
  { maxLength: 60 },
);
const days = fc.uniqueArray(
  fc.record({ day: fc.constantFrom('2026-03-02', '2026-03-03'), gameId: game, ms: fc.nat(30 * HOUR) }),
  { selector: ({ day, gameId }) => `${day} ${gameId}` },
);
const unlocks = fc.uniqueArray(
  fc
    .record({
      n: fc.nat(40),
      gameId: game,
      at: fc.nat(5_000),
      playedMs: fc.nat(HOUR),
      shortestMinutes: fc.option(fc.nat(90)),
    })
    .map(({ n, at, ...more }) => unlock(`a${n}`, MONDAY + at, more)),
  { selector: ({ gameId, achievementId }) => `${gameId} ${achievementId}`, maxLength: 80 },
);
const anyHistory = fc
  .record({ sessions, days, unlocks })
  .map((known): PlayHistory =>
    history({ ...known, sessions: known.sessions.toSorted((a, b) => a.startedAt - b.startedAt) }),
  );

describe('the judgement of a history', () => {
  it('is the same every time, and tells of a subject once', () => {
    fc.assert(
      fc.property(anyHistory, (known) => {
        const findings = judge(known);
        expect(judge(known)).toEqual(findings);
        expect(new Set(findings.map(({ rule, subject }) => `${rule} ${subject}`)).size).toBe(findings.length);
        for (const { rule, severity, subject } of findings) {
          expect(RULE_NAMES).toContain(rule);
          expect(SEVERITIES).toContain(severity);
          expect(subject.length).toBeLessThan(500);
        }
      }),
    );
  });

  it('finds nothing about somebody who plays some hours of one game a day, with pauses', () => {
    const evening = fc.record({
      hours: fc.integer({ min: 1, max: 8 }),
      pauseMinutes: fc.integer({ min: 2, max: 30 }),
      minute: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(evening, { minLength: 7, maxLength: 7 }), (evenings) => {
        const played = evenings.map(({ hours, pauseMinutes, minute }, n) => {
          const length = hours + (minute + n) / 100;
          return session(n * 24 + 10, length, { creditedMs: length * HOUR - pauseMinutes * 60_000 });
        });
        expect(judge(history({ sessions: played })).filter(({ rule }) => rule !== 'clockwork')).toEqual([]);
      }),
    );
  });
});

describe('the page about anti-cheat', () => {
  it('explains every rule', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/anti-cheat.md'), 'utf8');
    for (const [name, sentence] of Object.entries(RULES)) {
      expect(page).toContain(`\`${name}\``);
      expect(page).toContain(sentence);
    }
  });
});
