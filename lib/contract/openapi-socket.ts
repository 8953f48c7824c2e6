import { ClientFrame, ServerFrame, SOCKET_PATH, SOCKET_PROTOCOL } from './frames.ts';
import type { Json } from './openapi.ts';
import type { SchemaRegistry } from './openapi-schemas.ts';

/** Statuses with which a handshake is refused: those of the problem responses that the document has anyway. */
export const SOCKET_STATUSES = [400, 401, 403, 422, 426, 429, 503] as const;

export const SOCKET_TAG = 'WebSocket';

/**
 * The WebSocket as a path: OpenAPI has no words for what is said after the handshake, so the frames are named in the
 * description and stand among the schemas.
 */
export function socketPath(schemas: SchemaRegistry): Readonly<Record<string, Json>> {
  const frames = { ClientFrame: schemas.use(ClientFrame), ServerFrame: schemas.use(ServerFrame) };
  return {
    [SOCKET_PATH]: {
      get: {
        operationId: 'openSocket',
        tags: [SOCKET_TAG],
        summary: 'News and heartbeats over a WebSocket',
        description:
          'RFC 6455, JSON text frames; docs/websocket.md is the manual. Browsers, which cannot set headers, offer the ' +
          `subprotocols \`${SOCKET_PROTOCOL}\` and \`bearer.<token>\`. Roles: user (own data), admin (own data).`,
        parameters: [
          { $ref: '#/components/parameters/traceparent' },
          {
            name: 'last_id',
            in: 'query',
            required: false,
            description: 'The `id` of the last event that was dealt with: what was missed since comes first',
            schema: { type: 'string' },
          },
        ],
        'x-frames': frames,
        responses: {
          101: { description: 'The connection is a WebSocket from here on' },
          ...Object.fromEntries(
            SOCKET_STATUSES.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
          ),
        },
      },
    },
  };
}
