import { describe, expect, it } from '@jest/globals';
import { offlineMoment } from '../../../../lib/achievements/offline-moment.ts';

const NOW = Date.UTC(2026, 2, 15, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;

describe('the moment of an offline unlock', () => {
  it('is kept for fourteen days', () => {
    expect(offlineMoment(NOW - 14 * DAY, NOW - 30 * DAY, NOW)).toBe(NOW - 14 * DAY);
    expect(offlineMoment(NOW - 14 * DAY - 1, NOW - 30 * DAY, NOW)).toBe('too_old');
  });

  it('counts as now when the device runs a little ahead, and is refused when it runs far ahead', () => {
    expect(offlineMoment(NOW + 5 * MINUTE, 0, NOW)).toBe(NOW);
    expect(offlineMoment(NOW + 5 * MINUTE + 1, 0, NOW)).toBe('in_the_future');
  });

  it('lies not before the user had the game', () => {
    expect(offlineMoment(NOW - DAY, NOW - DAY, NOW)).toBe(NOW - DAY);
    expect(offlineMoment(NOW - DAY - 1, NOW - DAY, NOW)).toBe('before_acquired');
  });
});
