import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import { named } from '../config/named.ts';

/** A file that a setting names. */
export interface PemFile {
  /** The setting's path: `kafka.tlsCaFile`. */
  readonly setting: string;
  readonly file: string;
}

/** The files of one side of a connection. */
export interface PemFiles {
  /** By which the other side is known; null: by the authorities of the system. */
  readonly ca: PemFile | null;
  /** What is shown to the other side, with its chain; null: nothing. */
  readonly cert: PemFile | null;
  readonly key: PemFile | null;
}

/** What the files hold. */
export interface Pems {
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
  /** When the first certificate of the chain that is shown ends, ms since the Unix epoch; null: none is shown. */
  readonly expiresAt: number | null;
}

/** The files as most groups of settings name them. */
export interface TlsSettings {
  readonly tlsCaFile?: string | null;
  readonly tlsCertFile?: string | null;
  readonly tlsKeyFile?: string | null;
}

/** The files of a group of settings: those of `kafka`. */
export function filesOf(group: string, settings: TlsSettings): PemFiles {
  const at = (name: string, file: string | null | undefined): PemFile | null =>
    file === null || file === undefined ? null : { setting: `${group}.${name}`, file };
  return {
    ca: at('tlsCaFile', settings.tlsCaFile),
    cert: at('tlsCertFile', settings.tlsCertFile),
    key: at('tlsKeyFile', settings.tlsKeyFile),
  };
}

/**
 * Reads the files, and tries whether they can be used and fit together.
 *
 * @throws ConfigError naming the setting
 */
export function readPems({ ca, cert, key }: PemFiles): Pems {
  const read = { ca: readPem(ca), cert: readPem(cert), key: readPem(key) };
  usable(ca, read.ca === null ? {} : { ca: read.ca });
  usable(cert, read.cert === null ? {} : { cert: read.cert });
  usable(key, read.cert === null || read.key === null ? {} : { cert: read.cert, key: read.key });
  return { ...read, expiresAt: read.cert === null ? null : firstEnd(read.cert) };
}

function readPem(pem: PemFile | null): Buffer | null {
  if (pem === null) return null;
  try {
    return readFileSync(pem.file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${named(pem.setting)}: cannot read ${pem.file}: ${code}`);
  }
}

function usable(pem: PemFile | null, content: { ca?: Buffer; cert?: Buffer; key?: Buffer }): void {
  if (pem === null) return;
  // Of an authority OpenSSL takes what it finds, and says nothing when that is nothing.
  if (content.ca !== undefined && certificates(content.ca).length === 0) throw unusable(pem, 'no certificate is in it');
  try {
    createSecureContext(content);
  } catch (error) {
    throw unusable(pem, (error as Error).message);
  }
}

function unusable({ setting, file }: PemFile, why: string): ConfigError {
  return new ConfigError(`${named(setting)}: cannot use ${file}: ${why}`);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificates(pem: Buffer): readonly string[] {
  return pem.toString('latin1').match(CERTIFICATE) ?? [];
}

function firstEnd(chain: Buffer): number {
  return Math.min(...certificates(chain).map((each) => Date.parse(new X509Certificate(each).validTo)));
}
