import type { Texts } from '../../common/locale.ts';
import type { en } from './en.ts';
import { achievements } from './ru/achievements.ts';
import { library } from './ru/library.ts';
import { playing } from './ru/playing.ts';
import { shell } from './ru/shell.ts';

export const ru: Texts<keyof typeof en> = { ...shell, ...library, ...playing, ...achievements };
