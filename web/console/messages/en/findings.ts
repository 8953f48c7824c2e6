import type { Texts } from '../../../common/locale.ts';

export const findings = {} as const satisfies Texts;
