import DataLoader from 'dataloader';

const MAX_BATCH = 500;
/** While some are under way, the next batch comes together. */
const UNDER_WAY = 4;

/**
 * Asks one question for many callers: what comes in while others are under way is asked together. Nothing is remembered.
 *
 * @param ask answers in the order asked
 */
export function together<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
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
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) => {
        if (underWay < UNDER_WAY) begin(dispatch);
        else held.push(dispatch);
      },
    },
  );
  return (question) => loader.load(question);
}
