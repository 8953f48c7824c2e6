const PREFIX = 'saves/';
const KEY = /^saves\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What all our keys begin with; what else a bucket holds is not ours. */
export const KEY_PREFIX = PREFIX;

export function objectKey(objectId: string): string {
  return `${PREFIX}${objectId}`;
}

/** Null: a key that is not ours. */
export function objectIdOf(key: string | undefined): string | null {
  return KEY.exec(key ?? '')?.[1] ?? null;
}
