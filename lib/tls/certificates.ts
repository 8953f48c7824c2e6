import type { SecureContext } from 'node:tls';
import type { Clock } from '../ports/clock.ts';
import { outgoingContext } from './outgoing.ts';
import { readPems, type PemFiles, type Pems } from './pem-files.ts';

/** Certificates are renewed without a restart: their files are read again so often. */
export const REFRESH_MS = 30_000;

/** The files of one side of a connection, as they are now. */
export interface WatchedPems {
  readonly pems: Pems;
  /** For connections that this process makes from now on. */
  readonly outgoing: SecureContext;
  /** Tells of every change from now on. Returns a function that ends it. */
  onChange(listener: (pems: Pems) => void): () => void;
}

export interface CertificatesDeps {
  readonly clock: Clock;
  readonly log: { error(details: Record<string, unknown>, message: string): void };
  /** Told with every look until when the certificate of that name is good. */
  readonly expires?: (name: string, remainingMs: number) => void;
}

/**
 * The certificates of a process: read once when they are first asked for, and looked at again while it runs. What cannot be
 * used later (half replaced, gone for now) is not taken: the ones before serve on until they end.
 */
export class Certificates {
  readonly #deps: CertificatesDeps;
  readonly #watched = new Map<string, Watched>();
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(deps: CertificatesDeps) {
    this.#deps = deps;
  }

  /**
   * @param name what the certificate is for, as the metric says it; asked for again, the same is given
   * @throws ConfigError when a file cannot be used: what nobody can connect to must not start
   */
  watch(name: string, files: PemFiles): WatchedPems {
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const watched = new Watched(name, files);
    this.#watched.set(name, watched);
    this.#tell(watched);
    if (this.#cancel === null && !this.#closed) this.#again();
    return watched;
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #again(): void {
    this.#cancel = this.#deps.clock.after(REFRESH_MS, () => {
      for (const watched of this.#watched.values()) this.#look(watched);
      this.#again();
    });
  }

  #look(watched: Watched): void {
    try {
      watched.look();
    } catch (error) {
      const message = 'certificates could not be read again; the ones before serve on';
      this.#deps.log.error({ err: error, certificate: watched.name }, message);
    }
    this.#tell(watched);
  }

  #tell({ name, pems }: Watched): void {
    if (pems.expiresAt !== null) this.#deps.expires?.(name, pems.expiresAt - this.#deps.clock.now());
  }
}

class Watched implements WatchedPems {
  readonly name: string;
  readonly #files: PemFiles;
  readonly #listeners = new Set<(pems: Pems) => void>();
  #pems: Pems;
  #outgoing: SecureContext | null = null;

  constructor(name: string, files: PemFiles) {
    this.name = name;
    this.#files = files;
    this.#pems = readPems(files);
  }

  get pems(): Pems {
    return this.#pems;
  }

  get outgoing(): SecureContext {
    return (this.#outgoing ??= outgoingContext(this.#pems));
  }

  onChange(listener: (pems: Pems) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(): void {
    const read = readPems(this.#files);
    if (same(read.ca, this.#pems.ca) && same(read.cert, this.#pems.cert) && same(read.key, this.#pems.key)) return;
    this.#pems = read;
    this.#outgoing = null;
    for (const listener of this.#listeners) listener(read);
  }
}

function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
