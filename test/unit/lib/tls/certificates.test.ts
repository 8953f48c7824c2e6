import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Certificates, REFRESH_MS } from '../../../../lib/tls/certificates.ts';
import { filesOf } from '../../../../lib/tls/pem-files.ts';
import { certificateAuthority, type CertificateAuthority } from '../../../certificate-authority.ts';

/** Runs what is due when the test says so. */
class SteppedClock {
  #due: (() => void) | null = null;
  time = Date.now();

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    expect(ms).toBe(REFRESH_MS);
    this.#due = callback;
    return () => (this.#due = null);
  }

  get isWaiting(): boolean {
    return this.#due !== null;
  }

  step(): void {
    this.time += REFRESH_MS;
    this.#due?.();
  }
}

describe('watched certificates', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let clock: SteppedClock;
  let logged: string[];
  let remaining: [string, number][];
  let certificates: Certificates;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-certificates-'));
    authority = certificateAuthority(folder);
    clock = new SteppedClock();
    [logged, remaining] = [[], []];
    certificates = new Certificates({
      clock,
      log: { error: (details, message) => logged.push(`${message}: ${String(details['err'])}`) },
      expires: (name, ms) => remaining.push([name, ms]),
    });
  });
  afterEach(() => {
    certificates.close();
    rmSync(folder, { recursive: true });
  });

  /** The files of a port, with the certificate of that name in them. */
  const [cert, key] = ['served.crt', 'served.key'];
  function replace(name: string, ...files: readonly string[]): void {
    for (const file of files) copyFileSync(join(folder, name + file.slice(-4)), join(folder, file));
  }
  function watch() {
    const settings = { tlsCaFile: null, tlsCertFile: join(folder, cert), tlsKeyFile: join(folder, key) };
    return certificates.watch('http', filesOf('http', settings));
  }

  it('are the new ones at the next look after they were replaced', () => {
    const [before, after] = [authority.issue('before'), authority.issue('after')];
    replace('before', cert, key);
    const watched = watch();
    const heard: unknown[] = [];
    const unwatch = watched.onChange((pems) => heard.push(pems.cert));
    const context = watched.outgoing;
    expect(watched.pems).toMatchObject({ cert: before.cert, key: before.key, ca: null });
    clock.step();
    expect([heard, watched.outgoing === context]).toEqual([[], true]);
    replace('after', cert, key);
    clock.step();
    expect(watched.pems).toMatchObject({ cert: after.cert, key: after.key });
    expect([heard, watched.outgoing === context]).toEqual([[after.cert], false]);
    unwatch();
    replace('before', cert, key);
    clock.step();
    expect(heard).toHaveLength(1);
  });

  it('stay what they were while the new ones are half there, cannot be used, or are gone', () => {
    const [before, after] = [authority.issue('before'), authority.issue('after')];
    replace('before', cert, key);
    const watched = watch();
    replace('after', cert);
    clock.step();
    expect([watched.pems.cert, logged]).toEqual([
      before.cert,
      [expect.stringMatching(/serve on: ConfigError: http\.tlsKeyFile \(TLS_KEY_FILE\): cannot use .*mismatch/i)],
    ]);
    writeFileSync(join(folder, key), 'nothing of the kind');
    clock.step();
    rmSync(join(folder, key));
    clock.step();
    expect([watched.pems.cert, logged.length]).toEqual([before.cert, 3]);
    replace('after', key);
    clock.step();
    expect([watched.pems.cert, logged.length]).toEqual([after.cert, 3]);
  });

  it('tell with every look how long they are good', () => {
    authority.issue('before');
    replace('before', cert, key);
    watch();
    clock.step();
    const [[name, first = 0] = [], [, second = 0] = []] = remaining;
    expect([name, remaining.length, first - second]).toEqual(['http', 2, REFRESH_MS]);
    expect(first).toBeGreaterThan(23 * 3_600_000);
    // Issued a moment after the clock of the test was set.
    expect(first).toBeLessThan(25 * 3_600_000);
  });

  it('are read once for all who ask for those of the same name', () => {
    authority.issue('before');
    replace('before', cert, key);
    expect(watch()).toBe(watch());
  });

  it('stop the start when a file is missing, is no PEM, or is no authority', () => {
    const { certFile, keyFile } = authority.issue('before');
    const none = join(folder, 'none');
    const garbage = join(folder, 'garbage');
    writeFileSync(garbage, 'garbage');
    const wrong = [
      [{ tlsCaFile: none }, `kafka.tlsCaFile (KAFKA_TLS_CA_FILE): cannot read ${none}: ENOENT`],
      [{ tlsCaFile: garbage }, `kafka.tlsCaFile (KAFKA_TLS_CA_FILE): cannot use ${garbage}: no certificate is in it`],
      [{ tlsCertFile: garbage, tlsKeyFile: keyFile }, `kafka.tlsCertFile (KAFKA_TLS_CERT_FILE): cannot use ${garbage}`],
      [{ tlsCertFile: certFile, tlsKeyFile: garbage }, `kafka.tlsKeyFile (KAFKA_TLS_KEY_FILE): cannot use ${garbage}`],
    ] as const;
    for (const [settings, line] of wrong) {
      expect(() => certificates.watch('kafka', filesOf('kafka', settings))).toThrow(line);
    }
  });

  it('are looked at no more once they are closed', () => {
    authority.issue('before');
    replace('before', cert, key);
    expect(clock.isWaiting).toBe(false);
    watch();
    expect(clock.isWaiting).toBe(true);
    certificates.close();
    expect(clock.isWaiting).toBe(false);
  });
});
