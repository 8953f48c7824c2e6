import type { Texts } from '../../../common/locale.ts';

export const people = {} as const satisfies Texts;
