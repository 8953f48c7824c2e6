import type { Texts } from '../../common/locale.ts';
import type { en } from './en.ts';
import { activity } from './ru/activity.ts';
import { cluster } from './ru/cluster.ts';
import { events } from './ru/events.ts';
import { findings } from './ru/findings.ts';
import { people } from './ru/people.ts';
import { shell } from './ru/shell.ts';

export const ru: Texts<keyof typeof en> = { ...shell, ...cluster, ...people, ...events, ...findings, ...activity };
