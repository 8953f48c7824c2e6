/**
 * What errors tell beside their code, as `google.rpc.Status` in the trailer `grpc-status-details-bin`.
 * https://grpc.io/docs/guides/error/#richer-error-model, https://google.aip.dev/193
 */
import protobuf from 'protobufjs';

export const DETAILS_TRAILER = 'grpc-status-details-bin';
/** Of every ErrorInfo of this service. */
export const ERROR_DOMAIN = 'library';

/** As googleapis/google/rpc has them; of those that are not used here nothing is sent. */
const MESSAGES = {
  nested: {
    google: {
      nested: {
        protobuf: {
          nested: {
            Any: { fields: { type_url: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
            Duration: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
          },
        },
        rpc: {
          nested: {
            Status: {
              fields: {
                code: { type: 'int32', id: 1 },
                message: { type: 'string', id: 2 },
                details: { rule: 'repeated', type: 'google.protobuf.Any', id: 3 },
              },
            },
            ErrorInfo: {
              fields: {
                reason: { type: 'string', id: 1 },
                domain: { type: 'string', id: 2 },
                metadata: { keyType: 'string', type: 'string', id: 3 },
              },
            },
            RetryInfo: { fields: { retry_delay: { type: 'google.protobuf.Duration', id: 1 } } },
            BadRequest: {
              fields: { field_violations: { rule: 'repeated', type: 'FieldViolation', id: 1 } },
              nested: {
                FieldViolation: {
                  fields: { field: { type: 'string', id: 1 }, description: { type: 'string', id: 2 } },
                },
              },
            },
          },
        },
      },
    },
  },
};

const TYPES = protobuf.Root.fromJSON(MESSAGES);
const STATUS = TYPES.lookupType('google.rpc.Status');

export interface ErrorDetails {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Empty: nothing of the request is invalid. */
  readonly violations: readonly { readonly field: string; readonly message: string }[];
  /** When to try again, ms; null: it would not help. */
  readonly retryAfterMs: number | null;
}

/** The trailer's value. */
export function encodeDetails(code: number, message: string, details: ErrorDetails): Buffer {
  const { reason, metadata, violations, retryAfterMs } = details;
  const parts = [packed('google.rpc.ErrorInfo', { reason, domain: ERROR_DOMAIN, metadata })];
  if (violations.length > 0) {
    const field_violations = violations.map(({ field, message: description }) => ({ field, description }));
    parts.push(packed('google.rpc.BadRequest', { field_violations }));
  }
  if (retryAfterMs !== null) {
    const retry_delay = { seconds: Math.floor(retryAfterMs / 1000), nanos: (retryAfterMs % 1000) * 1_000_000 };
    parts.push(packed('google.rpc.RetryInfo', { retry_delay }));
  }
  return Buffer.from(STATUS.encode(STATUS.fromObject({ code, message, details: parts })).finish());
}

function packed(type: string, value: object): { readonly type_url: string; readonly value: Uint8Array } {
  const message = TYPES.lookupType(type);
  return { type_url: `type.googleapis.com/${type}`, value: message.encode(message.fromObject(value)).finish() };
}

/** For clients: what the trailer holds. Details of types that are not known here are left out. */
export function decodeDetails(trailer: Uint8Array): ErrorDetails & { readonly code: number; readonly message: string } {
  const status = STATUS.toObject(STATUS.decode(trailer)) as {
    code?: number;
    message?: string;
    details?: { type_url: string; value: Uint8Array }[];
  };
  const found = new Map<string, Record<string, unknown>>();
  for (const { type_url, value } of status.details ?? []) {
    const name = type_url.slice(type_url.lastIndexOf('/') + 1);
    const type = TYPES.lookup(name);
    if (type instanceof protobuf.Type) found.set(name, type.toObject(type.decode(value), { longs: Number }));
  }
  const info = found.get('google.rpc.ErrorInfo') as { reason?: string; metadata?: Record<string, string> } | undefined;
  const bad = found.get('google.rpc.BadRequest') as
    { field_violations: { field: string; description: string }[] } | undefined;
  const retry = found.get('google.rpc.RetryInfo') as { retry_delay: { seconds?: number; nanos?: number } } | undefined;
  return {
    code: status.code ?? 0,
    message: status.message ?? '',
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    violations: (bad?.field_violations ?? []).map(({ field, description }) => ({ field, message: description })),
    retryAfterMs:
      retry === undefined ? null : (retry.retry_delay.seconds ?? 0) * 1000 + (retry.retry_delay.nanos ?? 0) / 1_000_000,
  };
}
