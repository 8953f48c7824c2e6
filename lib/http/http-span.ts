import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { TLSSocket } from 'node:tls';
import { BASE_PATH, ENDPOINTS } from '../contract/endpoints.ts';
import { SOCKET_PATH } from '../contract/frames.ts';
import type { Exchange } from './respond.ts';

/** The name under which handshakes of WebSockets are counted. */
export const OPEN_SOCKET = 'openSocket';

const ROUTES = new Map<string, string>([
  ...ENDPOINTS.map(({ id, path }) => [id, BASE_PATH + path] as const),
  [OPEN_SOCKET, BASE_PATH + SOCKET_PATH],
]);

/**
 * Ends the span of a request that was answered, where its way is told. The route stands for the path, which has ids of users
 * in it. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function endHttpSpan({ req, trace: { span } }: Exchange, operation: string, status: number): void {
  if (span === undefined) return;
  const { method = 'GET' } = req;
  const route = ROUTES.get(operation);
  span.rename(route === undefined ? method : `${method} ${route}`);
  span.set({
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    [ATTR_URL_SCHEME]: (req.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http',
    ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
  });
  if (status >= 500) span.fail(String(status));
  span.end();
}
