import { speaker } from '../common/locale.ts';
import { en } from './messages/en.ts';
import { ru } from './messages/ru.ts';

export const say = speaker({ en, ru });
