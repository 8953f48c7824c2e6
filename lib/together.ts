import { AsyncResource } from 'node:async_hooks';
import DataLoader from 'dataloader';

export interface TogetherLimits {
  /** Questions asked together at most. */
  readonly batch: number;
  /** While so many batches are under way, the next one comes together. */
  readonly underWay: number;
}

const LIMITS: TogetherLimits = { batch: 500, underWay: 4 };

/**
 * Asks one question for many callers: what comes in while others are under way is asked together, in the name of the
 * first of them. Nothing is remembered.
 *
 * @param ask answers in the order asked; an Error is the refusal of one question
 */
export function together<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly (Answer | Error)[]>,
  limits = LIMITS,
): (question: Question) => Promise<Answer> {
  let underWay = 0;
  const held: (() => void)[] = [];
  const begin = (dispatch: () => void): void => {
    underWay += 1;
    setImmediate(dispatch);
  };
  const loader = new DataLoader<Question, Answer>(
    async (questions) => {
      try {
        return await ask(questions);
      } finally {
        underWay -= 1;
        const next = held.shift();
        if (next !== undefined) begin(next);
      }
    },
    {
      cache: false,
      maxBatchSize: limits.batch,
      batchScheduleFn: (dispatch) => {
        if (underWay < limits.underWay) begin(dispatch);
        // Whoever ends is not the one in whose name it goes on.
        else held.push(AsyncResource.bind(dispatch));
      },
    },
  );
  return (question) => loader.load(question);
}
