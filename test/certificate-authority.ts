import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, in PEM. */
export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateAuthority {
  readonly caFile: string;
  readonly ca: Buffer;
  /**
   * Issues a certificate for both ends of a connection.
   *
   * @param name of the files, and its common name
   * @param names by which a server is known: `DNS:localhost`, `IP:127.0.0.1`
   */
  issue(name: string, names?: readonly string[]): Issued;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** This machine, by its name and its addresses. */
export const LOOPBACK = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'];

/** Makes an authority, with all files in a folder of the test. */
export function certificateAuthority(folder: string, name = 'ca'): CertificateAuthority {
  const file = (of: string, kind: 'crt' | 'key') => join(folder, `${of}.${kind}`);
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  openssl(
    ...['req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', file(name, 'key'), '-out', file(name, 'crt')],
  );
  return {
    caFile: file(name, 'crt'),
    ca: readFileSync(file(name, 'crt')),
    issue(of, names = LOOPBACK) {
      const extensions = [
        ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []),
        ...['basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth,clientAuth'],
      ];
      openssl(
        ...['req', '-x509', ...KEY, '-days', '1', '-subj', `/O=Platform/CN=${of}`],
        ...extensions.flatMap((extension) => ['-addext', extension]),
        ...['-CA', file(name, 'crt'), '-CAkey', file(name, 'key')],
        ...['-keyout', file(of, 'key'), '-out', file(of, 'crt')],
      );
      const [certFile, keyFile] = [file(of, 'crt'), file(of, 'key')];
      return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
    },
  };
}
