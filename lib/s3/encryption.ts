import type { CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { Config } from '../config/config.ts';

type Encryption = Pick<Config['s3'], 'encryption' | 'kmsKeyId'>;

/** Headers of a PUT that ask for encryption at rest; none: as the bucket is set. */
export function encryptionHeaders({ encryption, kmsKeyId }: Encryption): Readonly<Record<string, string>> {
  if (encryption === 'bucket') return {};
  return {
    'x-amz-server-side-encryption': encryption,
    ...(encryption === 'aws:kms' && kmsKeyId !== null
      ? { 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }
      : {}),
  };
}

/** The same for an object of parts, which asks for it when it begins. */
export function encryptionOfParts({
  encryption,
  kmsKeyId,
}: Encryption): Pick<CreateMultipartUploadCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  if (encryption === 'bucket') return {};
  return {
    ServerSideEncryption: encryption,
    ...(encryption === 'aws:kms' && kmsKeyId !== null ? { SSEKMSKeyId: kmsKeyId } : {}),
  };
}
