import type { Texts } from '../../../common/locale.ts';
import type { shell as english } from '../en/shell.ts';

export const shell: Texts<keyof typeof english> = {
  title: 'Игра',
  library: 'Библиотека',
  achievements: 'Достижения',
  wishes: 'Желаемое',
  saves: 'Сохранения',
  family: 'Семья',
  show_call: 'показать вызов',
  show_frame: 'показать кадр',
  listen_line: 'Что приходит по такому сокету, видно в клоне проекта:',
  shell: 'Командная строка',
};
