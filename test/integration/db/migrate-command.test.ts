import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { embeddedEnvironment } from '../../e2e/embedded-product.ts';

const run = promisify(execFile);
const PROGRAM = path.resolve(import.meta.dirname, '../../../scripts/migrate.ts');
const COMMAND_MS = 60_000;

describe('npm run migrate', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'library-migrate-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const migrate = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, ...embeddedEnvironment(folder) };
    return (await run(process.execPath, [PROGRAM, ...args], { env })).stdout;
  };

  it(
    'works on the database that the configuration names, where the service itself would look',
    async () => {
      expect(await migrate()).toContain('applied 0001_catalog');
      expect(await migrate()).toBe('the schema is up to date\n');
      expect(await migrate('--down')).toMatch(/^took back 00\d\d_/);
      expect(await migrate('--status')).toMatch(/not applied\n$/);
    },
    COMMAND_MS,
  );
});
