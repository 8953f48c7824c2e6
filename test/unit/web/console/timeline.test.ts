import { describe, expect, it } from '@jest/globals';
import { COARSE_MS, FINE_MS, KEPT_MS, Timeline } from '../../../../web/console/charts/timeline.ts';

const BEGIN = 1_800_000_000_000;

describe('a timeline of figures', () => {
  it('takes a fine history for the end of a coarse one', () => {
    const timeline = new Timeline();
    timeline.replace(0, 20, { sessions: [1, 2, 3, 4] });
    timeline.replace(40, 5, { sessions: [30, 31, 32] });
    expect(timeline.times).toEqual([0, 20, 40, 45, 50]);
    expect(timeline.column('sessions')).toEqual([1, 2, 30, 31, 32]);
  });

  it('takes a new history for all that it had when the connection was lost meanwhile', () => {
    const timeline = new Timeline();
    timeline.replace(0, 10, { sessions: [1, 2, 3] });
    timeline.add(30, { sessions: 4 });
    timeline.replace(0, 10, { sessions: [1, 2, 3, 4, 5] });
    expect(timeline.column('sessions')).toEqual([1, 2, 3, 4, 5]);
  });

  it('knows nothing of a figure before it was first told', () => {
    const timeline = new Timeline();
    timeline.add(1, { a: 1 });
    timeline.add(2, { a: 2, b: 20 });
    timeline.add(3, { b: 30 });
    expect(timeline.column('a')).toEqual([1, 2, null]);
    expect(timeline.column('b')).toEqual([null, 20, 30]);
    expect(timeline.column('c')).toEqual([null, null, null]);
  });

  it('leaves out a moment that it has already', () => {
    const timeline = new Timeline();
    timeline.add(2, { a: 1 });
    timeline.add(2, { a: 5 });
    timeline.add(1, { a: 6 });
    expect(timeline.column('a')).toEqual([1]);
  });

  it('puts a gap where nobody spoke for long, so that no line is drawn over it', () => {
    const timeline = new Timeline();
    timeline.add(BEGIN, { a: 1 });
    timeline.add(BEGIN + 120_000, { a: 2 });
    expect(timeline.column('a')).toEqual([1, null, 2]);
  });

  it('keeps the last minutes finely and the rest coarsely, however long it goes on', () => {
    const timeline = new Timeline((name) => (name === 'latency' ? 'worst' : 'mean'));
    const end = BEGIN + KEPT_MS + 3_600_000;
    for (let at = BEGIN; at <= end; at += 2_000)
      timeline.add(at, { latency: at % 20_000 === 2_000 ? 90 : 10, beats: 5 });
    const { times } = timeline;
    expect(times.length).toBeLessThan(KEPT_MS / COARSE_MS + (FINE_MS + 60_000) / 2_000 + 3);
    expect(times[0]).toBeGreaterThanOrEqual(end - KEPT_MS - 120_000);
    expect(times.at(-1)).toBe(end);
    expect([...times]).toEqual(times.toSorted((a, b) => a - b));
    // A peak is still to be seen hours later; what is even stays even.
    expect(
      timeline
        .column('latency')
        .slice(1, 100)
        .every((value) => value === 90),
    ).toBe(true);
    expect(new Set(timeline.column('beats'))).toEqual(new Set([5]));
    expect(timeline.column('beats')).toHaveLength(times.length);
  });

  it('forgets a node that has not been heard of for as long as anything is kept', () => {
    const timeline = new Timeline();
    timeline.add(BEGIN, { 'engine-9': 1, 'engine-0': 1 });
    for (let at = BEGIN + 20_000; at < BEGIN + 2 * KEPT_MS; at += 20_000) timeline.add(at, { 'engine-0': 1 });
    expect(timeline.names).toEqual(['engine-0']);
  });
});
