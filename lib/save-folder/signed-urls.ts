import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import Type from 'typebox';
import type { Static } from 'typebox';
import { compileCheck } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { SignedRequest, Validity } from '../ports/save-store.ts';

/** Where a gateway serves the store; the object's id follows. */
export const SAVE_FILES_PATH = '/save-files/';

/** Whole: what has anything more, or less, is not ours. */
const TARGET = /^\/save-files\/(?<objectId>[0-9a-f-]{36})\?token=(?<claims>[\w-]+)\.(?<signature>[\w-]{43})$/;

const content = { size: Type.Integer({ minimum: 0 }), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) };
const PermitSchema = Type.Union([
  Type.Object({ may: Type.Literal('put'), ...content }),
  Type.Object({
    may: Type.Literal('put-part'),
    parts: Type.String({ format: 'uuid' }),
    part: Type.Integer({ minimum: 1 }),
    ...content,
  }),
  Type.Object({ may: Type.Literal('get'), name: Type.String() }),
]);

/** The one thing that a URL allows, with the one object that its path names. */
export type Permit = Static<typeof PermitSchema>;
const checkPermit = compileCheck(PermitSchema);

/**
 * Signs and reads URLs that do one thing each, until they expire: a token in the query says which. It is the permit with
 * its end, and their HMAC-SHA256 (RFC 2104) with the object's id; both in base64url. Not a JWT: there is one algorithm,
 * one issuer and one reader, and what signs at each announcement must not wait for a thread.
 */
export interface SignedUrls {
  sign(objectId: string, permit: Permit, validity: Validity): SignedRequest;
  /**
   * @param target of the request: path and query.
   * @throws LibraryError SAVEGAME_URL_REFUSED
   */
  read(target: string): { readonly objectId: string; readonly permit: Permit };
}

export function signedUrls(secret: Uint8Array, clock: Clock): SignedUrls {
  const key = createSecretKey(secret);
  // Named, lest the key ever signs anything else; no part can be taken for another, for none has a line feed.
  const signatureOf = (objectId: string, claims: string): string =>
    createHmac('sha256', key).update(`library-save-files\n${objectId}\n${claims}`).digest('base64url');
  return {
    sign(objectId, permit, { forMs, origin }) {
      const expiresAt = clock.now() + forMs;
      const claims = Buffer.from(JSON.stringify({ expiresAt, permit })).toString('base64url');
      const url = `${origin}${SAVE_FILES_PATH}${objectId}?token=${claims}.${signatureOf(objectId, claims)}`;
      return { method: permit.may === 'get' ? 'GET' : 'PUT', url, headers: {}, expiresAt };
    },

    read(target) {
      const { objectId, claims, signature } = TARGET.exec(target)?.groups ?? {};
      if (objectId === undefined || claims === undefined || signature === undefined) {
        throw refused('This is not a signed URL');
      }
      // As texts: there is but one way to write the right one.
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(objectId, claims)))) {
        throw refused('The URL was not signed by this service, or was changed');
      }
      const { expiresAt, permit } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims;
      if (expiresAt <= clock.now()) throw refused('The URL has expired');
      if (checkPermit(permit) !== null) throw refused('The URL is for something else');
      return { objectId, permit };
    },
  };
}

interface Claims {
  /** Ms since the Unix epoch. */
  readonly expiresAt: number;
  readonly permit: Permit;
}

export function refused(detail: string): LibraryError {
  return new LibraryError('SAVEGAME_URL_REFUSED', `${detail}: ask for a fresh one`);
}
