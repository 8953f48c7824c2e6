import type { ObjectContent, ObjectPart } from '../ports/save-store.ts';
import { composedSha256 } from '../savegames/parts.ts';

/**
 * What an object holds, as the name of the one entry of its folder says it: a file, or a folder of files for an object of
 * parts. Name and bytes come to their place in one step, so that the one is never there without the other.
 */
export interface Content {
  /** Of several entries the one with the highest number counts: it took the place of the others. */
  readonly generation: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Null: of one piece. */
  readonly parts: number | null;
}

const SHA256 = '[0-9a-f]{64}';
const CONTENT = new RegExp(
  `^(?<generation>\\d{1,9})\\.(?:whole|parts-(?<parts>\\d{1,5}))\\.(?<size>\\d{1,16})\\.(?<sha256>${SHA256})$`,
);
const PART = new RegExp(`^(?<number>\\d{5})\\.(?<size>\\d{1,16})\\.(?<sha256>${SHA256})$`);
/** Enough for any save: names then sort as their numbers do. */
const PART_DIGITS = 5;
export const FIRST_GENERATION = 1;

export function wholeContent({ sizeBytes, sha256 }: ObjectContent): Content {
  return { generation: FIRST_GENERATION, sizeBytes, sha256, parts: null };
}

export function partsContent(parts: readonly ObjectPart[]): Content {
  return {
    generation: FIRST_GENERATION,
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    sha256: composedSha256(parts.map(({ sha256 }) => sha256)),
    parts: parts.length,
  };
}

/** `1.whole.48213.9f86…` or `1.parts-7.115343360.60ac…` */
export function contentName({ generation, sizeBytes, sha256, parts }: Content): string {
  return `${generation}.${parts === null ? 'whole' : `parts-${parts}`}.${sizeBytes}.${sha256}`;
}

/** The contents that these names speak of, what counts first. What is not ours is left out. */
export function contentsNamed(names: readonly string[]): readonly Content[] {
  return names
    .flatMap((name) => contentNamed(name) ?? [])
    .sort((one, other) => other.generation - one.generation || (contentName(one) < contentName(other) ? 1 : -1));
}

function contentNamed(name: string): Content | null {
  const groups = CONTENT.exec(name)?.groups;
  if (groups === undefined) return null;
  const { generation, parts, size, sha256 = '' } = groups;
  return {
    generation: Number(generation),
    sizeBytes: Number(size),
    sha256,
    parts: parts === undefined ? null : Number(parts),
  };
}

/** `00007.16777216.60ac…` */
export function partName({ number, sizeBytes, sha256 }: ObjectPart): string {
  return `${String(number).padStart(PART_DIGITS, '0')}.${sizeBytes}.${sha256}`;
}

/** The parts that these names speak of, by number. What is not ours is left out. */
export function partsNamed(names: readonly string[]): readonly ObjectPart[] {
  return [...names].sort().flatMap((name) => {
    const groups = PART.exec(name)?.groups;
    if (groups === undefined) return [];
    const { number, size, sha256 = '' } = groups;
    return [{ number: Number(number), sizeBytes: Number(size), sha256 }];
  });
}
