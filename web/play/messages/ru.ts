import type { Texts } from '../../common/locale.ts';
import type { en } from './en.ts';
import { shell } from './ru/shell.ts';

export const ru: Texts<keyof typeof en> = { ...shell };
