/**
 * `npm run telemetry:write` writes what is made of the code: Grafana's dashboards and the table of metrics in
 * docs/observability.md. `npm run telemetry:check` fails when they are not what the code says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { DASHBOARDS } from '../ops/grafana/dashboards.ts';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';
import { withMetricTables } from './telemetry/metric-tables.ts';

const DOCUMENT = 'docs/observability.md';

/** Every generated file by its path in the project, as it should be. */
async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const put = async (path: string, content: string): Promise<void> => {
    const options = await resolveConfig(join(PROJECT_ROOT, path));
    files.set(path, await format(content, { ...options, filepath: path }));
  };
  for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
    await put(`ops/grafana/${name}.json`, JSON.stringify(dashboard));
  }
  await put(DOCUMENT, withMetricTables(contentOf(DOCUMENT)));
  return files;
}

function contentOf(path: string): string {
  try {
    return readFileSync(join(PROJECT_ROOT, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const [mode] = process.argv.slice(2);
if (mode !== 'write' && mode !== 'check') {
  console.error('usage: node scripts/telemetry.ts write|check');
  process.exit(2);
}
let stale = 0;
for (const [path, content] of await generated()) {
  if (contentOf(path) === content) continue;
  stale += 1;
  if (mode === 'write') writeFileSync(join(PROJECT_ROOT, path), content);
  console.log(`${path} ${mode === 'write' ? 'written' : 'is not what the code says: npm run telemetry:write'}`);
}
if (mode === 'check' && stale > 0) process.exit(1);
