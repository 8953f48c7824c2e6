import { join } from 'node:path';
import type { PartsUpload } from '../ports/save-store.ts';

/** Where what is in the folder. Every path is made of UUIDs that were checked, and of names of our own. */
export interface Layout {
  /** What is being received, and what is being removed; under random names, one level deep. */
  readonly incoming: string;
  readonly objects: string;
  readonly unfinished: string;
  /** The folders that objects are spread over. */
  readonly shards: readonly string[];
  inObjects(shard: string): string;
  /** The one that holds this object. */
  shardOf(objectId: string): string;
  /** The object's own folder. */
  object(objectId: string): string;
  /** An object of parts that is under way. */
  partsOf(upload: PartsUpload): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Of the id, in the name of a shard. */
export const SHARD_DIGITS = 2;

export function layoutOf(directory: string): Layout {
  const objects = join(directory, 'objects');
  const unfinished = join(directory, 'unfinished');
  const shardOf = (objectId: string) => join(objects, mustBeId(objectId).slice(0, SHARD_DIGITS));
  return {
    incoming: join(directory, 'incoming'),
    objects,
    unfinished,
    shards: Array.from({ length: 16 ** SHARD_DIGITS }, (_, n) => n.toString(16).padStart(SHARD_DIGITS, '0')),
    inObjects: (shard) => join(objects, shard),
    shardOf,
    object: (objectId) => join(shardOf(objectId), objectId),
    partsOf: ({ objectId, partsId }) => join(unfinished, `${mustBeId(objectId)}.${mustBeId(partsId)}`),
  };
}

/** Whether this is an id as the store takes it: a lower-case UUID. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** The upload that a folder in `unfinished` is of; null: it is not ours. */
export function uploadNamed(name: string): PartsUpload | null {
  const [objectId = '', partsId = '', ...more] = name.split('.');
  return isId(objectId) && isId(partsId) && more.length === 0 ? { objectId, partsId } : null;
}

function mustBeId(text: string): string {
  if (!isId(text)) throw new TypeError(`not an id of the save store: ${JSON.stringify(text)}`);
  return text;
}
