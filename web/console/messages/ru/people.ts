import type { Texts } from '../../../common/locale.ts';
import type { people as english } from '../en/people.ts';

export const people: Texts<keyof typeof english> = {};
