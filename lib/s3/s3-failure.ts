import { S3ServiceException } from '@aws-sdk/client-s3';
import { SaveStoreUnavailable } from '../ports/save-store.ts';

/**
 * What went wrong between S3 and us, in words for a log. It has nothing of the SDK's error, not even as its cause: that
 * one holds requests and replies, with access keys and strings that were signed.
 *
 * @param operation of S3, `HeadObject`
 */
export function s3Failure(operation: string, error: unknown): SaveStoreUnavailable {
  if (error instanceof SaveStoreUnavailable) return error;
  return new SaveStoreUnavailable(`S3 ${operation}: ${reason(error)}`);
}

/** The code of an error that S3 answered with, `NoSuchUpload`; null: it did not answer. */
export function s3Code(error: unknown): string | null {
  return error instanceof S3ServiceException ? error.name : null;
}

function reason(error: unknown): string {
  if (error instanceof S3ServiceException) {
    const { httpStatusCode, requestId } = error.$metadata;
    return [
      ...[error.name, `status ${httpStatusCode ?? 'unknown'}`],
      ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ].join(', ');
  }
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return [name, code].filter((word) => typeof word === 'string').join(' ') || 'failed';
}
