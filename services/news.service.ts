/** Reads the log of news for gateways, which have no database. */
import type { ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import type { Database } from '../lib/db/database.ts';
import type { Answer, Question } from '../lib/news/reader.ts';
import { newsSince } from '../lib/news/recent.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface NewsDeps {
  readonly database: Pick<Database, 'executor'>;
  readonly clock: Clock;
}

export function newsService({ database: { executor }, clock }: NewsDeps): ServiceSchema {
  return {
    name: 'news',
    actions: {
      /** What happened to users since they were heard of last. Answers in the order of the questions. */
      since: action<{ readonly questions: readonly Question[] }, readonly Answer[]>(({ questions }) =>
        newsSince(executor, questions, clock.now()),
      ),
    },
  };
}
