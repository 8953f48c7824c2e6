/** SHA-256 as S3 writes it. */
export function base64Of(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}

const CHECKSUM = /^([A-Za-z0-9+/]{43}=)(?:-([1-9]\d*))?$/;

/**
 * A `ChecksumSHA256` of S3: base64, and, of an object made of parts, `-` and their number
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html). Null when there is none.
 */
export function readChecksum(
  checksum: string | undefined,
): { readonly sha256: string; readonly parts: number | null } | null {
  const [, base64, parts] = CHECKSUM.exec(checksum ?? '') ?? [];
  if (base64 === undefined) return null;
  return { sha256: Buffer.from(base64, 'base64').toString('hex'), parts: parts === undefined ? null : Number(parts) };
}
