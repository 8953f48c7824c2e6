import type { NewsPosition } from '../ports/news.ts';

/** Longest id that is taken back: some 20 numbers beyond the first. */
export const MAX_ID_LENGTH = 256;

/** Numbers in base 36, as `Number.prototype.toString` writes them: number, time, and each further number's distance. */
const ID = /^[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})+$/;

/** The id that events carry: where a launcher goes on when it comes back. Opaque to launchers. */
export function positionId({ number, at, heard }: NewsPosition): string {
  let id = `${number.toString(36)}.${at.toString(36)}`;
  for (const further of heard) id += `.${(further - number).toString(36)}`;
  return id;
}

/** The position that an id names; null when it is none of ours. */
export function positionOf(id: string): NewsPosition | null {
  if (id.length > MAX_ID_LENGTH || !ID.test(id)) return null;
  const [number = 0, at = 0, ...distances] = id.split('.').map((part) => Number.parseInt(part, 36));
  const position = { number, at, heard: distances.map((distance) => number + distance) };
  const isSound = [number, at, ...position.heard].every(
    (value, index, all) =>
      Number.isSafeInteger(value) && (index < 2 || value > (all[index === 2 ? 0 : index - 1] ?? 0)),
  );
  return isSound && positionId(position) === id ? position : null;
}
