import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { together } from '../../../lib/together.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Batches that end when the test says. */
function held() {
  const batches: { questions: readonly number[]; answer: () => void; fail: () => void }[] = [];
  const ask = together<number, string>(
    (questions) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(questions.map((question) => `answer ${question}`));
        batches.push({ questions, answer, fail: () => reject(new Error('away')) });
      }),
  );
  return { batches, ask };
}

describe('questions asked together', () => {
  it('go out at once while few are under way, and together while many are', async () => {
    const { batches, ask } = held();
    for (let n = 0; n < 10; n += 1) {
      void ask(n);
      await turn();
    }
    expect(batches.map(({ questions }) => questions)).toEqual([[0], [1], [2], [3]]);
    batches[0]?.answer();
    await turn();
    await turn();
    expect(batches[4]?.questions).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('fail together, and those that waited are asked all the same', async () => {
    const { batches, ask } = held();
    const answers: Promise<string>[] = [];
    for (let n = 0; n < 6; n += 1) {
      answers.push(ask(n));
      await turn();
    }
    const outcomes = Promise.allSettled(answers);
    for (const { fail } of batches.slice(0, 4)) fail();
    await turn();
    await turn();
    batches[4]?.answer();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...(Array(4).fill('rejected') as string[]),
      ...(Array(2).fill('fulfilled') as string[]),
    ]);
  });

  it('go out in the name of the first of them, also where they had to wait', async () => {
    const names = new AsyncLocalStorage<string>();
    const asked: (string | undefined)[] = [];
    const ends: (() => void)[] = [];
    const ask = together<string, string>(
      async (questions) => {
        asked.push(names.getStore());
        await new Promise<void>((resolve) => ends.push(resolve));
        return questions;
      },
      { batch: 10, underWay: 1 },
    );
    const answers = ['one', 'two', 'three'].map((name) => names.run(name, async () => ask(name)));
    await turn();
    const later = ['four', 'five'].map((name) => names.run(name, async () => ask(name)));
    await turn();
    ends[0]?.();
    await Promise.all(answers);
    await turn();
    ends[1]?.();
    expect(await Promise.all(later)).toEqual(['four', 'five']);
    expect(asked).toEqual(['one', 'four']);
  });

  it('are refused one by one where the answer of one is an error', async () => {
    const ask = together<number, number>((questions) =>
      Promise.resolve(questions.map((question) => (question === 2 ? new Error('not this one') : question))),
    );
    const outcomes = await Promise.allSettled([1, 2, 3].map(ask));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are each answered with their own answer, however they come and end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1200), { maxLength: 12 }), async (bursts) => {
        let underWay = 0;
        let most = 0;
        const ask = together<number, number>(async (questions) => {
          underWay += 1;
          most = Math.max(most, underWay);
          expect(questions.length).toBeLessThanOrEqual(500);
          await turn();
          underWay -= 1;
          return questions.map((question) => question * 2);
        });
        const answers: Promise<number>[] = [];
        for (const burst of bursts) {
          for (let n = 0; n < burst; n += 1) answers.push(ask(answers.length));
          await turn();
        }
        expect(await Promise.all(answers)).toEqual(answers.map((_answer, at) => at * 2));
        expect(most).toBeLessThanOrEqual(4);
      }),
      { numRuns: 30 },
    );
  });
});
