import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_KEYS } from '../../../lib/config/keys.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';
import { REFRESH_MS } from '../../../lib/tls/certificates.ts';

const TEXT = readFileSync(join(PROJECT_ROOT, 'docs/tls.md'), 'utf8');

describe('docs/tls.md', () => {
  it('names every setting of TLS', () => {
    const settings = CONFIG_KEYS.filter(({ env }) => /TLS_|_TLS|_CA_FILE/.test(env)).map(({ env }) => env);
    const abbreviated = ['METRICS_TLS_KEY_FILE', 'GRPC_TLS_CLIENT_NAMES'];
    expect(settings.filter((env) => !abbreviated.includes(env) && !TEXT.includes(env))).toEqual([]);
  });

  it('names no setting that does not exist', () => {
    const known = new Set(CONFIG_KEYS.map(({ env }) => env));
    const named = [...TEXT.matchAll(/`([A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(([, env = '']) => env);
    const ofNode = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'];
    expect(named.filter((env) => !known.has(env) && !ofNode.includes(env))).toEqual([]);
  });

  it('says how often files are read again', () => {
    expect(TEXT).toContain(`every ${REFRESH_MS / 1000} seconds`);
  });
});
