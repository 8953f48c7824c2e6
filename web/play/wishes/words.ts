import { speaker } from '../../common/locale.ts';
import { wishes as en } from '../messages/en/wishes.ts';
import { wishes as ru } from '../messages/ru/wishes.ts';

export const say = speaker({ en, ru });
