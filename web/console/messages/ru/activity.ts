import type { Texts } from '../../../common/locale.ts';
import type { activity as english } from '../en/activity.ts';

export const activity: Texts<keyof typeof english> = {};
