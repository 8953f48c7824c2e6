import type { Texts } from '../../common/locale.ts';

export const en = {
  title: 'Play',
} as const satisfies Texts;
