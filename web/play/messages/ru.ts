import type { Texts } from '../../common/locale.ts';
import type { en } from './en.ts';

export const ru: Texts<keyof typeof en> = {
  title: 'Игра',
};
