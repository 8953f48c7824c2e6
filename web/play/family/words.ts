import { speaker } from '../../common/locale.ts';
import { family as en } from '../messages/en/family.ts';
import { family as ru } from '../messages/ru/family.ts';

export const say = speaker({ en, ru });
