/** Figures in words, each in its unit. */
import { number, quantity } from '../../common/locale.ts';
import { say } from '../words.ts';

export type Unit = 'count' | 'per_second' | 'ms' | 'processors';

export function inUnit(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'count':
      return number(value, value < 10 ? 1 : 0);
    case 'per_second':
      return say('per_second', { value: number(value, value < 10 ? 1 : 0) });
    case 'processors':
      return number(value, 2);
    case 'ms':
      return milliseconds(value);
  }
}

function milliseconds(value: number): string {
  if (value < 1_000) return quantity(value, 'millisecond', value < 10 ? 1 : 0);
  if (value < 120_000) return quantity(value / 1_000, 'second', value < 10_000 ? 1 : 0);
  return quantity(value / 60_000, 'minute', value < 600_000 ? 1 : 0);
}
