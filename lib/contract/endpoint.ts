import type { Readable } from 'node:stream';
import type { Static, TSchema } from 'typebox';
import type { ErrorCode } from '../errors.ts';

export const ROLES = ['user', 'support', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];

/** Whose data a role may reach through an endpoint: nobody's, the caller's own, or any user's. */
export type Scope = 'none' | 'own' | 'any';

/** One row of the access matrix. A role that is not named has no access. */
export type Access = Partial<Record<Role, Scope>>;

/** One endpoint of the REST API: the single place its path, shapes, access and documentation are written down. */
export interface Endpoint {
  /** Unique, camelCase; the OpenAPI operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1/library, with {parameters} in braces: `/playtime/start`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** Objects with additionalProperties: false. */
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly status: 200 | 201 | 202 | 204;
  /** Absent for 204. */
  readonly response?: TSchema;
  /** Codes of the error catalogue that this endpoint answers with beside the ones every endpoint shares. */
  readonly errors: readonly ErrorCode[];
  /** The Moleculer action that does the work, called with a {@link Request}. */
  readonly action: string;
  /**
   * The response has a `version`, which is its ETag (RFC 9110); on a change, `If-Match` names the version that the
   * change is based on.
   */
  readonly versioned?: true;
  /** Of a versioned GET: the response also shows what has no part in the version, and so is never `304 Not Modified`. */
  readonly showsMore?: true;
  /** The action answers with a {@link PreparedReply}: JSON text that was made before. */
  readonly prepared?: true;
  /** A member of the body that reaches the action as the very JSON text that was sent. */
  readonly verbatim?: string;
  /** It costs much: of which hourly amount of its caller one is taken (`limits.<quota>PerHour`). */
  readonly quota?: 'uploads' | 'exports' | 'invitations';
  /** The action answers with a readable stream of lines, each a value that fits `response`. */
  readonly stream?: 'application/x-ndjson' | 'text/event-stream';
}

/** A response that is ready to be sent. */
export interface PreparedReply {
  readonly json: string;
  /** Names this very content: printable ASCII without quotes. */
  readonly etag: string;
}

/** Who calls, as the verified token says. */
export interface Caller {
  readonly userId: string;
  readonly roles: readonly Role[];
}

type Part<S> = S extends TSchema ? Static<S> : undefined;

/** What an endpoint's action receives: validated input, an authenticated and authorised caller. */
export interface Request<E extends Endpoint = Endpoint> {
  readonly caller: Caller;
  /** The user whose data is concerned: `params.user_id` where the path names one, the caller otherwise. */
  readonly userId: string;
  readonly params: Part<E['params']>;
  readonly query: Part<E['query']>;
  readonly body: E extends { verbatim: infer Member extends string }
    ? Omit<Part<E['body']>, Member> & Readonly<Record<Member, string>>
    : Part<E['body']>;
  /** The version that the caller's change is based on; `*`: whichever there is; null: the caller did not say. */
  readonly ifMatch: number | '*' | null;
  /** Scheme and authority by which the caller reached the service: `http://localhost:8080`. */
  readonly origin: string;
  /** Ms since the Unix epoch; nobody waits for the answer past it. */
  readonly deadline: number;
}

/** What the action of an endpoint answers: the response body, unless the endpoint says otherwise. */
export type ResponseOf<E extends Endpoint> = E extends { prepared: true }
  ? PreparedReply
  : E extends { stream: string }
    ? Readable
    : Part<E['response']>;
