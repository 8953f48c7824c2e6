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
  readonly body: Part<E['body']>;
  /** Ms since the Unix epoch; nobody waits for the answer past it. */
  readonly deadline: number;
}

/** The response body of an endpoint. */
export type ResponseOf<E extends Endpoint> = Part<E['response']>;
