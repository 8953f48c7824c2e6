import type { Texts } from '../../../common/locale.ts';

export const activity = {} as const satisfies Texts;
