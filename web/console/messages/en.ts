import type { Texts } from '../../common/locale.ts';
import { activity } from './en/activity.ts';
import { cluster } from './en/cluster.ts';
import { events } from './en/events.ts';
import { findings } from './en/findings.ts';
import { people } from './en/people.ts';
import { shell } from './en/shell.ts';

export const en = { ...shell, ...cluster, ...people, ...events, ...findings, ...activity } as const satisfies Texts;
