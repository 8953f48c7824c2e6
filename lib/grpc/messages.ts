/** Between the values of the contract and those of the protos. */
import type { Timestamp__Output } from './generated/google/protobuf/Timestamp.ts';

/** RFC 3339 as a Timestamp; null stays absent. */
export function timestampOf(text: string | null): { readonly seconds: number; readonly nanos: number } | null {
  if (text === null) return null;
  const ms = Date.parse(text);
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1_000_000 };
}

/** A Timestamp as RFC 3339; one outside of the calendar becomes a text that the validation refuses. */
export function textOfTimestamp(timestamp: Timestamp__Output | null): string | undefined {
  if (timestamp === null) return undefined;
  const { seconds, nanos } = timestamp;
  const date = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

/** An enum's value in the words of the contract: `ACQUISITION_SOURCE_GIFT` is `gift`. UNSPECIFIED is undefined. */
export function wordOf(prefix: string, value: string | number): string | undefined {
  const name = String(value);
  if (name === `${prefix}_UNSPECIFIED`) return undefined;
  // A value of a newer client is a number here; the validation refuses it.
  return name.startsWith(`${prefix}_`) ? name.slice(prefix.length + 1).toLowerCase() : name;
}

/** The contract's word as an enum's value. */
export function enumOf<Prefix extends string, Word extends string>(
  prefix: Prefix,
  word: Word,
): `${Prefix}_${Uppercase<Word>}` {
  return `${prefix}_${word.toUpperCase() as Uppercase<Word>}`;
}

/** What a request does not say, an empty text or a zero, is left out. */
export function said<Value extends string | number>(value: Value): Value | undefined {
  return value === '' || value === 0 ? undefined : value;
}

/** Without the members that are undefined. */
export function members(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
