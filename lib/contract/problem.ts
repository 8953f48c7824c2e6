import Type from 'typebox';
import { ERRORS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/** The problem document (RFC 9457) of every error. Some codes add members of their own. */
export const Problem = Type.Object(
  {
    type: Type.String({
      format: 'uri-reference',
      description: 'Where the error is explained',
      examples: ['/docs/errors#not_found'],
    }),
    title: Type.String({ description: 'The same for every error of this code' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What is wrong this time' }),
    code: Type.Enum<ErrorCode[]>(Object.keys(ERRORS) as ErrorCode[], {
      type: 'string',
      description: 'Stable; meant for programs',
    }),
    trace_id: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Names the request in our logs' }),
    limit: Type.Optional(
      Type.Object(
        { name: Type.String(), quota: Type.Integer(), window_seconds: Type.Integer() },
        { description: 'With RATE_LIMITED, where a limit of the gateway was met: how much within which time' },
      ),
    ),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Dotted path of the member; empty for the whole' }),
          message: Type.String(),
        }),
        { description: 'With VALIDATION_ERROR: what is wrong where' },
      ),
    ),
  },
  { title: 'Problem' },
);
