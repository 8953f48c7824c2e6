import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { ERRORS, LibraryError } from '../../../lib/errors.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';

const codes = Object.keys(ERRORS).sort();

describe('the error catalogue', () => {
  it('is what docs/errors.md explains, with the same statuses', () => {
    const text = readFileSync(join(PROJECT_ROOT, 'docs/errors.md'), 'utf8');
    const explained = [...text.matchAll(/^### ([A-Z_]+)\n\n(\d{3})\. /gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const known = Object.entries(ERRORS).map(([code, { status }]) => [code, status]);
    expect(explained.sort()).toEqual(known.sort());
  });

  it('holds nothing that the code never answers with', () => {
    const sources = globSync('{lib,services}/**/*.ts', { cwd: PROJECT_ROOT }).filter(
      (path) => path !== 'lib/errors.ts',
    );
    const text = sources.map((path) => readFileSync(join(PROJECT_ROOT, path), 'utf8')).join('\n');
    expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });

  it('has every code that the contract names', () => {
    expect(codes).toEqual(expect.arrayContaining([...new Set(ENDPOINTS.flatMap(({ errors }) => [...errors]))]));
  });

  it('makes errors that keep their code, status and data on the way between nodes', () => {
    const error = new LibraryError('TOO_MANY_LIVE_SESSIONS', 'Stop one first', { live: 4 });
    expect(error).toMatchObject({
      message: 'Stop one first',
      type: 'TOO_MANY_LIVE_SESSIONS',
      code: 409,
      data: { live: 4 },
    });
  });
});
