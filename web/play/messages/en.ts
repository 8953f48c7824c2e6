import { achievements } from './en/achievements.ts';
import { library } from './en/library.ts';
import { playing } from './en/playing.ts';
import { shell } from './en/shell.ts';

export const en = { ...shell, ...library, ...playing, ...achievements } as const;
