import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONSUMED_EVENTS } from '../../../lib/contract/events/consumed.ts';
import { PRODUCED_EVENTS } from '../../../lib/contract/events/produced.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';
import { DEAD_LETTER_HEADERS, deadLetterTopic } from '../../../lib/ports/event-bus.ts';

const TEXT = readFileSync(join(PROJECT_ROOT, 'docs/events.md'), 'utf8');
const rows = (heading: string): readonly (readonly string[])[] => {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return Array.from(section.matchAll(/^\| `([a-z.]+)` +\| `([a-z-]+)` +\| (.+?) +\|$/gm), ([, ...cells]) => cells);
};

describe('the documentation of events', () => {
  it('names every event that the service tells, its topic and its meaning, and no other', () => {
    const told = PRODUCED_EVENTS.map(({ type, topic, description }) => [type, topic, description]);
    expect(rows('What it tells')).toEqual(told);
  });

  it('names every event that the service listens to, and its topic', () => {
    const heard = CONSUMED_EVENTS.map(({ type, topic }) => [type, topic]);
    expect(rows('What it listens to').map(([type, topic]) => [type, topic])).toEqual(heard);
  });

  it('names the dead-letter topics and their headers as they are', () => {
    expect(TEXT).toContain(`\`${deadLetterTopic('<topic>')}\``);
    for (const header of Object.values(DEAD_LETTER_HEADERS)) {
      expect(TEXT).toContain(`-${header.replace('library-dlq-', '')}\``);
    }
  });
});
