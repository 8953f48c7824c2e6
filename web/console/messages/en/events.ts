import type { Texts } from '../../../common/locale.ts';

export const events = {} as const satisfies Texts;
