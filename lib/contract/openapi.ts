import type { TSchema } from 'typebox';
import { ERRORS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { BASE_PATH, ENDPOINTS } from './endpoints.ts';
import { exampleOf } from './openapi-example.ts';
import { SchemaRegistry } from './openapi-schemas.ts';
import { SOCKET_STATUSES, SOCKET_TAG, socketPath } from './openapi-socket.ts';
import { Problem } from './problem.ts';

/** A JSON value of the document. */
export type Json = { readonly [member: string]: unknown };

/** Errors that any endpoint can answer with. */
const SHARED: readonly ErrorCode[] = [
  'MALFORMED_REQUEST',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'VALIDATION_ERROR',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
];
const WITH_BODY: readonly ErrorCode[] = ['CLIENT_TOO_SLOW', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const WITH_USER: readonly ErrorCode[] = ['USER_ERASED'];
const WITH_VERSION: readonly ErrorCode[] = ['PRECONDITION_FAILED'];
const WITH_KEY: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'];

const TRACE_HEADERS = {
  'X-Trace-Id': { $ref: '#/components/headers/X-Trace-Id' },
  traceparent: { $ref: '#/components/headers/traceparent' },
};

const ETAG_HEADER = { ETag: { $ref: '#/components/headers/ETag' } };

/** The whole API as an OpenAPI 3.1 document. What the gateway does and what this says come from the same schemas. */
export function openApiDocument(): Json {
  const schemas = new SchemaRegistry();
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of ENDPOINTS) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint, schemas);
  }
  Object.assign(paths, socketPath(schemas));
  const problem = schemas.use(Problem);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Library Service',
      version: '1.0.0',
      summary: 'What every player owns, every minute played.',
      description:
        'Times are RFC 3339 in UTC, durations whole seconds, lists are paged by cursor. Every error is a problem document ' +
        '(RFC 9457) with a stable `code`; /docs/errors explains each. Paths answer 405 with `Allow` to other methods.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: BASE_PATH, description: 'This server' }],
    security: [{ bearer: [] }],
    tags: tags(),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A JWT whose `sub` is the user and whose `roles` name what it may do: user, support, admin, service.',
        },
      },
      headers: headers(),
      parameters: parameters(),
      responses: Object.fromEntries(statuses().map((status) => [`Problem${status}`, problemResponse(status, problem)])),
      schemas: schemas.components(),
    },
  };
}

/** Every code that the endpoint can answer with. */
export function errorsOf(endpoint: Endpoint): readonly ErrorCode[] {
  return [
    ...SHARED,
    ...endpoint.errors,
    ...(changesUser(endpoint) ? WITH_USER : []),
    ...(endpoint.body === undefined ? [] : WITH_BODY),
    ...(endpoint.versioned && endpoint.method !== 'GET' ? WITH_VERSION : []),
    ...(endpoint.method === 'POST' ? WITH_KEY : []),
  ];
}

function operation(endpoint: Endpoint, schemas: SchemaRegistry): Json {
  const problems = [...new Set(errorsOf(endpoint).map((code) => ERRORS[code].status))].sort((a, b) => a - b);
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [endpoint.description, accessText(endpoint), errorsText(endpoint)].filter(Boolean).join('\n\n'),
    parameters: [
      ...membersAs('path', endpoint.params, schemas),
      ...membersAs('query', endpoint.query, schemas),
      { $ref: '#/components/parameters/traceparent' },
      ...(endpoint.method === 'POST' ? [{ $ref: '#/components/parameters/Idempotency-Key' }] : []),
      ...(endpoint.versioned && endpoint.method !== 'GET' ? [{ $ref: '#/components/parameters/If-Match' }] : []),
      ...(mayBeKnown(endpoint) ? [{ $ref: '#/components/parameters/If-None-Match' }] : []),
    ],
    ...(endpoint.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemas.use(endpoint.body), example: exampleOf(endpoint.body) } },
          },
        }),
    responses: {
      [endpoint.status]: success(endpoint, schemas),
      ...(mayBeKnown(endpoint)
        ? { 304: { description: 'Not changed since', headers: { ...TRACE_HEADERS, ...ETAG_HEADER } } }
        : {}),
      ...Object.fromEntries(problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
    },
  };
}

/** Whether a client may ask for what changed since it last asked. */
function mayBeKnown(endpoint: Endpoint): boolean {
  return endpoint.method === 'GET' && hasTag(endpoint) && endpoint.showsMore !== true;
}

/** Whether it changes what is kept of a user; playtime is refused with the access to the game. */
function changesUser({ method, access, tag }: Endpoint): boolean {
  return method !== 'GET' && tag !== 'Playtime' && Object.values(access).some((scope) => scope !== 'none');
}

function hasTag(endpoint: Endpoint): boolean {
  return endpoint.versioned === true || endpoint.prepared === true;
}

function success(endpoint: Endpoint, schemas: SchemaRegistry): Json {
  if (endpoint.response === undefined) return { description: 'Done', headers: TRACE_HEADERS };
  return {
    description: 'Done',
    headers: { ...TRACE_HEADERS, ...(hasTag(endpoint) ? ETAG_HEADER : {}) },
    content: {
      [endpoint.stream ?? 'application/json']: {
        schema: schemas.use(endpoint.response),
        example: exampleOf(endpoint.response),
      },
    },
  };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, TSchema & { description?: string; default?: unknown }>>;
  readonly required?: readonly string[];
}

/** A query member with a default need not be sent, though the action always gets it. */
function membersAs(where: 'path' | 'query', schema: TSchema | undefined, schemas: SchemaRegistry): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: where,
    required: where === 'path' || (required.includes(name) && member.default === undefined),
    ...(member.description === undefined ? {} : { description: member.description }),
    schema: schemas.use(member),
  }));
}

function problemResponse(status: number, problem: Json): Json {
  const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].status === status);
  const more = [
    ...(status === 401 ? ['WWW-Authenticate'] : []),
    ...(status === 429 || status === 503 ? ['Retry-After'] : []),
    ...(status === 429 ? ['RateLimit-Policy', 'RateLimit'] : []),
  ];
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('. '),
    headers: {
      ...TRACE_HEADERS,
      ...Object.fromEntries(more.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    },
    content: { 'application/problem+json': { schema: problem } },
  };
}

function statuses(): number[] {
  const ofEndpoints = ENDPOINTS.flatMap((endpoint) => errorsOf(endpoint).map((code): number => ERRORS[code].status));
  return [...new Set([...ofEndpoints, ...SOCKET_STATUSES])].sort((a, b) => a - b);
}

function tags(): Json[] {
  return [...new Set([...ENDPOINTS.map((endpoint) => endpoint.tag), SOCKET_TAG])].map((name) => ({ name }));
}

function accessText(endpoint: Endpoint): string {
  const whose = { none: '', own: ' (own data)', any: ' (any user)' };
  return `Roles: ${Object.entries(endpoint.access)
    .map(([role, scope]) => `${role}${whose[scope]}`)
    .join(', ')}.`;
}

function errorsText(endpoint: Endpoint): string {
  return endpoint.errors.length === 0 ? '' : `Refusals: ${endpoint.errors.map((code) => `\`${code}\``).join(', ')}.`;
}

function headers(): Json {
  const text = { type: 'string' };
  return {
    'X-Trace-Id': { description: 'Names the request in our logs', schema: { ...text, pattern: '^[0-9a-f]{32}$' } },
    traceparent: { description: 'W3C Trace Context of the answer', schema: text },
    ETag: { description: 'Names the content, or its version (RFC 9110)', schema: text },
    'WWW-Authenticate': { description: 'RFC 6750', schema: text },
    'RateLimit-Policy': {
      description: 'Of what the caller had too much: its name, how much (`q`) and in how many seconds (`w`)',
      schema: text,
      example: '"user";q=500;w=10',
    },
    RateLimit: {
      description: 'What is left of it (`r`), and in how many seconds there is more (`t`)',
      schema: text,
      example: '"user";r=0;t=1',
    },
    'Retry-After': { description: 'Seconds to wait before trying again', schema: { type: 'integer', minimum: 1 } },
  };
}

function parameters(): Json {
  return {
    traceparent: {
      name: 'traceparent',
      in: 'header',
      required: false,
      description: 'W3C Trace Context of the caller; anything else is ignored',
      schema: { type: 'string' },
      example: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
    'If-Match': {
      name: 'If-Match',
      in: 'header',
      required: false,
      description: 'The ETag that the change is based on; `*`: whatever is there',
      schema: { type: 'string', pattern: '^(\\*|"[0-9]{1,15}")$' },
      example: '*',
    },
    'If-None-Match': {
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'ETags that the caller has already',
      schema: { type: 'string' },
      example: '"none"',
    },
    'Idempotency-Key': {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same key and body gets the same reply; the same key with another body is refused',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
      example: '7d0c5a4e-start-1',
    },
  };
}
