/** `npm start`: one process with the roles of the configuration, all of them by default. */
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { SOCKET_PATH } from '../lib/contract/frames.ts';
import { ConfigError } from '../lib/config/config-error.ts';
import { isDemo } from '../lib/config/demo.ts';
import { loadConfig } from '../lib/config/load.ts';
import { startNode, type LibraryNode } from '../services/node.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { withSampleUpstreams } from './upstream/start-samples.ts';
import { GREETING_GAME_ID } from '../lib/library/sample-catalog.ts';

function fail(error: unknown): never {
  console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

const began = performance.now();
// A person at a terminal wants the greeting, not the log; LOG_LEVEL brings it back.
const quiet = process.stdout.isTTY && !process.send ? { LOG_LEVEL: 'warn' } : {};
const environment = await withSampleUpstreams({ ...quiet, ...process.env });
const config = (() => {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) fail(error);
    throw error;
  }
})();
const started = stopOnSignals();
const node = await startNode(config).catch(fail);
started(node);
if (process.send) {
  // Started by `npm run cluster` or a test: tell it, and do not outlive it.
  process.send({ kind: 'ready', url: node.url, grpcPort: node.grpcPort });
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
} else if (node.url !== null) {
  greet(node.url, node);
}

function greet(url: string, { parts, grpcPort }: LibraryNode): void {
  const api = `${url}${BASE_PATH}`;
  const lines = [
    '',
    `Library Service is up after ${((performance.now() - began) / 1_000).toFixed(1)} s.`,
    '',
    ...Object.entries(parts).map(([part, what]) => `  ${part.padEnd(12)} ${what}`),
    `  ${'REST API'.padEnd(12)} ${api}`,
    `  ${'WebSocket'.padEnd(12)} ${api.replace(/^http/, 'ws')}${SOCKET_PATH}`,
    ...(grpcPort === null ? [] : [`  ${'gRPC'.padEnd(12)} ${new URL(url).hostname}:${grpcPort}`]),
    ...(isDemo(config) ? [`  ${'play'.padEnd(12)} ${url}/play`] : []),
    ...(config.console.enabled === 'on' ? [`  ${'console'.padEnd(12)} ${url}/console`] : []),
    `  ${'docs'.padEnd(12)} ${url}/docs`,
    `  ${'health'.padEnd(12)} ${url}/health/ready`,
    '',
    ...(isDemo(config) ? [`Play in a browser: ${url}/play`, ''] : []),
    `${isDemo(config) ? 'Or' : 'Play'} in another terminal:`,
    '',
    '  TOKEN=$(npm run -s token)',
    `  curl -s ${api}/playtime/start -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\`,
    `    -d '{"game_id":"${GREETING_GAME_ID}","device_id":"11111111-1111-4111-8111-111111111111"}'`,
    '',
    'Many players: npm run simulate -- --users 100 --seconds 30        Stop: Ctrl-C',
    '',
  ];
  console.log(lines.join('\n'));
}
