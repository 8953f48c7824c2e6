import { speaker } from '../../common/locale.ts';
import { saves as en } from '../messages/en/saves.ts';
import { saves as ru } from '../messages/ru/saves.ts';

export const say = speaker({ en, ru });
