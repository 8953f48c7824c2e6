/**
 * Asks the node beside it whether it lives, as its own configuration says where: the image's HEALTHCHECK. Exits with 0
 * when it does.
 *
 *   node scripts/ask-health.ts [live | ready]
 */
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { loadConfig } from '../lib/config/load.ts';

const LIMIT_MS = 2_000;

const what = process.argv[2] ?? 'live';
if (what !== 'live' && what !== 'ready') fail(`expected live or ready, not ${what}`);
const { http, metrics } = loadConfig();
const [port, inTls] =
  metrics.port === null ? [http.port, http.tlsCertFile !== null] : [metrics.port, metrics.tlsCertFile !== null];
const options: RequestOptions & { rejectUnauthorized: boolean } = {
  host: http.host === '0.0.0.0' ? '127.0.0.1' : http.host,
  port,
  path: `/health/${what}`,
  // The certificate is for the name that others know this node by; this asks only whether somebody answers.
  rejectUnauthorized: false,
  signal: AbortSignal.timeout(LIMIT_MS),
};
const request = (inTls ? httpsRequest : httpRequest)(options, (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`/health/${what} answers ${response.statusCode}`);
});
request.on('error', (error) => fail(error.message));
request.end();

function fail(reason: string): never {
  console.error(`ask-health: ${reason}`);
  process.exit(1);
}
