import { describe, expect, it } from '@jest/globals';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { inspect } from 'node:util';
import { SaveStoreUnavailable } from '../../../../lib/ports/save-store.ts';
import { s3Failure } from '../../../../lib/s3/s3-failure.ts';

describe('a failure of S3', () => {
  it('says what was asked, what S3 answered and under which number, and nothing else of the answer', () => {
    const error = Object.assign(
      new S3ServiceException({
        name: 'InvalidAccessKeyId',
        $fault: 'client',
        message: 'The key AKIASECRET does not exist',
        $metadata: { httpStatusCode: 403, requestId: 'R1' },
      }),
      { AWSAccessKeyId: 'AKIASECRET' },
    );
    const failure = s3Failure('HeadObject', error);
    expect(failure).toBeInstanceOf(SaveStoreUnavailable);
    expect(failure.message).toBe('S3 HeadObject: InvalidAccessKeyId, status 403, request R1');
    expect(inspect(failure, { depth: null })).not.toContain('AKIASECRET');
  });

  it('names the fault of a connection', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    expect(s3Failure('ListParts', refused).message).toBe('S3 ListParts: Error ECONNREFUSED');
    expect(s3Failure('ListParts', new DOMException('late', 'TimeoutError')).message).toBe('S3 ListParts: TimeoutError');
    expect(s3Failure('ListParts', null).message).toBe('S3 ListParts: failed');
  });

  it('that was told once stays as it was told', () => {
    const first = s3Failure('ListParts', null);
    expect(s3Failure('CompleteMultipartUpload', first)).toBe(first);
  });
});
