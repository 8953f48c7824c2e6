import { webcrypto } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import Type from 'typebox';
import type { Static } from 'typebox';
import { compileCheck } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { SignedRequest, Validity } from '../ports/save-store.ts';

/** Where a gateway serves the store; the object's id follows. */
export const SAVE_FILES_PATH = '/save-files/';

const AUDIENCE = 'library-save-files';
const ALGORITHM = 'HS256';
/** Whole: what has anything more, or less, is not ours. */
const TARGET = /^\/save-files\/(?<objectId>[0-9a-f-]{36})\?token=(?<token>[\w-]+\.[\w-]+\.(?<signature>[\w-]+))$/;

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

/** Signs and reads URLs that do one thing each, until they expire: a JWT (RFC 7519) in the query says which. */
export interface SignedUrls {
  sign(objectId: string, permit: Permit, validity: Validity): Promise<SignedRequest>;
  /**
   * @param target of the request: path and query.
   * @throws LibraryError SAVEGAME_URL_REFUSED
   */
  read(target: string): Promise<{ readonly objectId: string; readonly permit: Permit }>;
}

export async function signedUrls(key: Uint8Array, clock: Clock): Promise<SignedUrls> {
  // Imported once: jose would do so for every signature.
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await webcrypto.subtle.importKey('raw', key, hmac, false, ['sign', 'verify']);
  return {
    async sign(objectId, permit, { forMs, origin }) {
      const expiresAt = clock.now() + forMs;
      const token = await new SignJWT(permit)
        .setProtectedHeader({ alg: ALGORITHM })
        .setAudience(AUDIENCE)
        .setSubject(objectId)
        .setExpirationTime(expiresAt / 1000)
        .sign(imported);
      const url = `${origin}${SAVE_FILES_PATH}${objectId}?token=${token}`;
      return { method: permit.may === 'get' ? 'GET' : 'PUT', url, headers: {}, expiresAt };
    },

    async read(target) {
      const { objectId = '', token = '', signature = '' } = TARGET.exec(target)?.groups ?? {};
      if (!isCanonical(signature)) throw refused('This is not a signed URL');
      const payload = await verified(token, imported, clock.now());
      const { exp, sub } = payload;
      // jose counts in whole seconds.
      if (exp === undefined || Math.round(exp * 1000) <= clock.now()) throw refused('The URL has expired');
      if (sub !== objectId || checkPermit(payload) !== null) throw refused('The URL is for something else');
      return { objectId, permit: payload as Permit };
    },
  };
}

/** The last character of a signature has two bits that mean nothing: only one way to write it is ours. */
function isCanonical(signature: string): boolean {
  return signature !== '' && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

async function verified(token: string, key: webcrypto.CryptoKey, now: number): Promise<JWTPayload> {
  try {
    const options = { algorithms: [ALGORITHM], audience: AUDIENCE, currentDate: new Date(now) };
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refused('The URL has expired');
    if (error instanceof errors.JOSEError) throw refused('The URL was not signed by this service, or was changed');
    throw error;
  }
}

export function refused(detail: string): LibraryError {
  return new LibraryError('SAVEGAME_URL_REFUSED', `${detail}: ask for a fresh one`);
}
