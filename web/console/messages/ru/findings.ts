import type { Texts } from '../../../common/locale.ts';
import type { findings as english } from '../en/findings.ts';

export const findings: Texts<keyof typeof english> = {};
