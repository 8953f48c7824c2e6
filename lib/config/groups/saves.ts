import { MAX_KEPT_VERSIONS, MAX_SAVE_BYTES } from '../../contract/savegames.ts';
import { group, oneOf, optionalText, text, whole } from '../setting.ts';

/** Where the bytes of cloud saves are. */
export const s3 = group({
  bucket: optionalText(
    {
      env: 'S3_BUCKET_SAVEGAMES',
      default: null,
      description: 'Bucket of cloud saves; null: they are in the folder saves.dir, and the gateways serve them',
    },
    { pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' },
  ),
  endpoint: optionalText(
    { env: 'S3_ENDPOINT', default: null, description: 'URL of an S3 server; null: AWS itself' },
    { pattern: '^https?://[^\\s]+$' },
  ),
  publicEndpoint: optionalText(
    {
      env: 'S3_PUBLIC_ENDPOINT',
      default: null,
      description: 'URL by which launchers reach the S3 server; null: the same as the service',
    },
    { pattern: '^https?://[^\\s]+$' },
  ),
  region: text({ env: 'S3_REGION', default: 'us-east-1', description: 'Region of the bucket' }),
  accessKey: optionalText({
    env: 'S3_ACCESS_KEY',
    default: null,
    secret: true,
    description: 'Access key id; null: as the AWS SDK finds it (environment, profile, role)',
  }),
  secretKey: optionalText({ env: 'S3_SECRET_KEY', default: null, secret: true, description: 'Secret of that key' }),
  addressing: oneOf(['path', 'host'], {
    env: 'S3_ADDRESSING',
    default: 'path',
    description: 'Whether URLs have the bucket in the path, or in the name of the host as AWS prefers',
  }),
  encryption: oneOf(['bucket', 'AES256', 'aws:kms'], {
    env: 'S3_ENCRYPTION',
    default: 'bucket',
    description: 'Server-side encryption asked for with each save; bucket: as the bucket is set',
  }),
  kmsKeyId: optionalText({
    env: 'S3_KMS_KEY_ID',
    default: null,
    description: 'KMS key for encryption "aws:kms"; null: the one of the account',
  }),
  tlsCaFile: optionalText({
    env: 'S3_TLS_CA_FILE',
    default: null,
    description: 'PEM certificates that an S3 server with https is known by; null: those of the system',
  }),
});

/** The rules of cloud saves, and where they are without S3. */
export const saves = group({
  dir: optionalText({
    env: 'SAVES_DIR',
    default: null,
    description:
      'Folder of cloud saves without S3, the same for gateways and domain nodes; null: saves in node.dataDir',
  }),
  urlKey: optionalText(
    {
      env: 'SAVES_URL_KEY',
      default: null,
      secret: true,
      description: 'Signs the URLs of saves without S3; null: a random one that is kept in the folder',
    },
    { minLength: 32 },
  ),
  quotaBytes: whole(0, Number.MAX_SAFE_INTEGER, {
    env: 'SAVES_QUOTA_BYTES',
    default: 10_737_418_240,
    description: 'What a user may store in cloud saves; lowering it takes nothing away',
  }),
  maxSaveBytes: whole(1, MAX_SAVE_BYTES, {
    env: 'SAVES_MAX_SAVE_BYTES',
    default: 2_147_483_648,
    description: 'Largest save',
  }),
  keepVersions: whole(1, MAX_KEPT_VERSIONS, {
    env: 'SAVES_KEEP_VERSIONS',
    default: 10,
    description: 'Versions of each slot that are kept in any case, unless the user chose otherwise',
  }),
  sideRetentionDays: whole(1, 3650, {
    env: 'SAVES_SIDE_RETENTION_DAYS',
    default: 30,
    description: 'How long the loser of a conflict is kept at least',
  }),
  deletedRetentionDays: whole(1, 3650, {
    env: 'SAVES_DELETED_RETENTION_DAYS',
    default: 7,
    description: 'How long a deleted slot can be restored',
  }),
  urlSeconds: whole(10, 86_400, {
    env: 'SAVES_URL_SECONDS',
    default: 900,
    description: 'How long a signed URL may be used',
  }),
  uploadTtlSeconds: whole(60, 604_800, {
    env: 'SAVES_UPLOAD_TTL_SECONDS',
    default: 7200,
    description: 'An upload is given up unless it is confirmed or asked for again within this time',
  }),
});
