import type { Texts } from '../../../common/locale.ts';
import type { events as english } from '../en/events.ts';

export const events: Texts<keyof typeof english> = {};
