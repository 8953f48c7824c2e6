import { open } from 'node:fs/promises';

/** Disks make many files durable in the time of one. */
export const AT_ONCE = 32;

/** Makes a file, or the names in a folder, durable. */
export async function synchronise(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes many durable. */
export async function synchroniseAll(places: Iterable<string>): Promise<void> {
  const queue = places[Symbol.iterator]();
  const next = async (): Promise<void> => {
    for (let place = queue.next(); place.done !== true; place = queue.next()) await synchronise(place.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
