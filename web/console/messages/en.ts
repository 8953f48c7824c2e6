import type { Texts } from '../../common/locale.ts';

export const en = {
  title: 'Console',
} as const satisfies Texts;
