import { readFileSync } from 'node:fs';
import type { Config } from '../../lib/config/config.ts';

/** The certificates that the S3 server is known by; null: those of the system. */
export function caOf({ tlsCaFile }: Config['s3']): Buffer | null {
  return tlsCaFile === null ? null : readFileSync(tlsCaFile);
}
