/**
 * Where the bytes of saves are: S3, or a folder of this machine. Clients reach it by signed requests; the service itself
 * never sees the bytes.
 *
 * What every implementation guarantees (`test/contract/save-store.suite.ts` proves it of each):
 *
 * - V1  A signed request does one thing with one object, until it expires. A signed PUT takes exactly the announced number
 *       of bytes with the announced SHA-256; anything else is refused with a 4xx, and what was there before stays.
 * - V2  An object is there whole or not at all, also when the sender dies midway, and durable once its PUT is answered.
 * - V3  `describe` tells size and checksum as the store itself counted them when it took the bytes.
 * - V4  Parts are put together only when all of them are there; doing so again, or after it was done, is harmless.
 * - V5  `list` shows every object that is there from before its call to its end, in ascending order of ids.
 * - V6  Removing what is not there is no error.
 *
 * Every method rejects with {@link SaveStoreUnavailable} when the store does not answer.
 */
export interface SaveStore {
  /** A PUT of the whole object; for objects of one piece. */
  signPut(object: ObjectContent, validity: Validity): Promise<SignedRequest>;
  /** A GET of the whole object; ranges may be asked for. The file name is what a browser would save it under. */
  signGet(objectId: string, fileName: string, validity: Validity): Promise<SignedRequest>;

  /** Begins an object of parts. Returns the store's name for what is under way. */
  beginParts(objectId: string): Promise<string>;
  /** A PUT of one part of an object that was begun. */
  signPutPart(upload: PartsUpload, part: ObjectPart, validity: Validity): Promise<SignedRequest>;
  /** Numbers of the parts that are there; none when nothing is under way (any more). */
  storedParts(upload: PartsUpload): Promise<readonly number[]>;
  /**
   * Makes the object of its parts. False when one of them is not there, or nothing is under way (any more): then
   * {@link SaveStore.describe} tells whether it was done before.
   */
  completeParts(upload: PartsUpload, parts: readonly ObjectPart[]): Promise<boolean>;
  /** Gives up what is under way. */
  abandonParts(upload: PartsUpload): Promise<void>;
  /** What is under way, in no order. */
  listUnfinished(): AsyncIterable<UnfinishedParts>;

  /** What the store holds under this id; null: nothing. */
  describe(objectId: string): Promise<StoredObject | null>;
  /**
   * @param everyVersion also earlier contents that a store with versioning keeps: nothing may be left
   */
  remove(objectIds: readonly string[], everyVersion: boolean): Promise<void>;
  /** Objects with ids above `after` (null: from the first), ascending, `limit` at most. What is not ours is left out. */
  list(after: string | null, limit: number): Promise<readonly ListedObject[]>;

  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A request that whoever has it may send, as it is and with all its headers, until it expires. */
export interface SignedRequest {
  readonly method: 'PUT' | 'GET';
  /** Absolute. */
  readonly url: string;
  /** To be sent with it, beside Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ms since the Unix epoch. */
  readonly expiresAt: number;
}

export interface Validity {
  /** How long the request may be begun, ms. */
  readonly forMs: number;
  /** Scheme and authority by which the client reached the service, `http://localhost:8080`; for stores behind it. */
  readonly origin: string;
}

/** What an object is to hold. */
export interface ObjectContent {
  /** A lower-case UUID. */
  readonly objectId: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface PartsUpload {
  readonly objectId: string;
  /** As {@link SaveStore.beginParts} named it. */
  readonly partsId: string;
}

export interface UnfinishedParts extends PartsUpload {
  /** Ms since the Unix epoch. */
  readonly begunAt: number;
}

export interface ObjectPart {
  /** From 1 on. */
  readonly number: number;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface StoredObject {
  readonly sizeBytes: number;
  /**
   * Lower-case hexadecimal: of the content, or, of an object made of parts, of the parts' SHA-256s one after the other.
   * Null when the store does not know it: then nobody may rely on the object.
   */
  readonly sha256: string | null;
  /** Of how many parts it was made; null: of one piece. */
  readonly parts: number | null;
}

export interface ListedObject {
  readonly objectId: string;
  readonly sizeBytes: number;
}

/** The store does not answer, or not in time. What was asked may have been done. */
export class SaveStoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SaveStoreUnavailable';
  }
}
