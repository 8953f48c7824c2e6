import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TSchema } from 'typebox';
import { CLIENT_FRAMES, CLOSE, RESUME_OUTCOMES, SOCKET_PATH } from '../../../lib/contract/frames.ts';
import { BASE_PATH } from '../../../lib/contract/endpoints.ts';
import { NEWS_KINDS } from '../../../lib/contract/news.ts';
import { CONFIG_KEYS } from '../../../lib/config/keys.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';

const manual = readFileSync(join(PROJECT_ROOT, 'docs/websocket.md'), 'utf8');
/** Everything that stands in backquotes. */
const named = new Set(Array.from(manual.matchAll(/`([^`\n]+)`/g), ([, text]) => text));

const membersOf = (schema: TSchema) => (schema as { properties?: Record<string, { const?: string }> }).properties ?? {};

describe('docs/websocket.md', () => {
  it('says where the socket is', () => expect(named).toContain(BASE_PATH + SOCKET_PATH));

  it.each(NEWS_KINDS.map((kind) => [`${kind.event} of ${kind.tells ?? 'nothing else'}`, kind] as const))(
    'names %s and all its data',
    (_name, { event, data }) => {
      expect(named).toContain(event);
      for (const [member, schema] of Object.entries(membersOf(data))) {
        expect(named).toContain(member);
        if (schema.const !== undefined) expect(named).toContain(schema.const);
      }
    },
  );

  it.each(Object.keys(CLIENT_FRAMES))('shows a frame of type %s', (type) => {
    expect(named.has(type) || manual.replaceAll(' ', '').includes(`"type":"${type}"`)).toBe(true);
  });

  it.each(Object.values(CLOSE))('explains the code %d', (code) =>
    expect(manual).toMatch(new RegExp(`^\\| [^|]*${code}`, 'm')),
  );

  it.each(RESUME_OUTCOMES)('explains %s', (outcome) => expect(named).toContain(outcome));

  it('names only settings that there are', () => {
    const paths = CONFIG_KEYS.map(({ path }) => path);
    for (const name of named) if (name?.startsWith('sockets.')) expect(paths).toContain(name);
  });
});
