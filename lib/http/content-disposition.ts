/** `attachment` with a file name (RFC 6266): in ASCII for old programs, and as it is (RFC 8187). */
export function attachment(fileName: string): string {
  const name = fileName.replaceAll(/[\p{Cc}\p{Cs}]/gu, '_');
  // Old programs also take %41 for A, and some a backslash for the end of a folder.
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\/%]/gu, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${percentEncoded(name)}`;
}

/** Leaves only what RFC 8187 (attr-char) lets stand as it is. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
