import { describe, expect, it } from '@jest/globals';
import { EventLines, eventText } from '../../../../lib/http/event-lines.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';

function clockOfHand() {
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    after(_ms, ring) {
      timers.add(ring);
      return () => void timers.delete(ring);
    },
  };
  return {
    clock,
    timers,
    ring() {
      const due = [...timers];
      timers.clear();
      for (const ring of due) ring();
    },
  };
}

async function textOf(lines: EventLines): Promise<string> {
  let text = '';
  for await (const chunk of lines) text += String(chunk);
  return text;
}

describe('an event stream', () => {
  it('has one line of data an event, whatever is in it', async () => {
    const lines = new EventLines(clockOfHand().clock, 1_000);
    lines.send('turn', { text: 'two\nlines' });
    lines.finish();
    expect(await textOf(lines)).toBe('event: turn\ndata: {"text":"two\\nlines"}\n\n');
  });

  it('is not silent for long', async () => {
    const hand = clockOfHand();
    const lines = new EventLines(hand.clock, 1_000);
    hand.ring();
    hand.ring();
    lines.finish();
    expect(await textOf(lines)).toBe(':\n\n:\n\n');
    expect(hand.timers.size).toBe(0);
  });

  it('is cut when its reader does not take what is sent', async () => {
    const lines = new EventLines(clockOfHand().clock, 100);
    const closed = new Promise((resolve) => lines.once('close', resolve));
    lines.write('x'.repeat(60));
    expect(lines.open).toBe(true);
    lines.write('x'.repeat(60));
    await closed;
    expect(lines.open).toBe(false);
    lines.send('pulse', {});
  });

  it('sends what was said before its end, and nothing after', async () => {
    const lines = new EventLines(clockOfHand().clock, 1_000);
    lines.write(eventText('a', 1));
    lines.finish();
    lines.write(eventText('b', 2));
    expect(await textOf(lines)).toBe('event: a\ndata: 1\n\n');
  });
});
