import { expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { compileCheck } from '../../../../lib/contract/validation.ts';

/** Half as many as fit into a body. */
const MANY = 40_000;
const FEW = MANY / 8;
/** Between what eight times as many take when each is looked at once, and when each is compared with all others. */
const AT_MOST_TIMES = 24;
/** Below this, what is measured is the machine. */
const LEAST_MS = 10;

const lists = ENDPOINTS.flatMap(({ id, body }) =>
  Object.entries((body as { properties?: Record<string, { type?: string }> } | undefined)?.properties ?? {})
    .filter(([, { type }]) => type === 'array')
    .map(([name]) => ({ id, name, body: body! })),
);

it('has lists at all', () => {
  expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(['category_ids', 'game_ids', 'sessions']));
});

it.each(lists)(
  'takes no longer for an item of a long list than for one of a short one: $id, $name',
  ({ name, body }) => {
    const check = compileCheck(body);
    for (const item of [{}, 0, 'x', null, []]) {
      const cost = (count: number): number => Math.min(once(count), once(count));
      const once = (count: number): number => {
        const value = { [name]: Array.from({ length: count }, () => item) };
        const began = process.cpuUsage();
        expect(check(value)).not.toBeNull();
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1_000;
      };
      const few = Math.max(LEAST_MS, cost(FEW));
      expect(cost(MANY)).toBeLessThan(AT_MOST_TIMES * few);
    }
  },
);

it('still says that an item came twice, where that is all that is wrong', () => {
  const order = lists.find(({ name, id }) => name === 'game_ids' && id.includes('ishlist'));
  const game = '0198f2b4-0b00-7000-8000-000000000001';
  expect(compileCheck(order!.body)({ game_ids: [game, game] })).toMatchObject([{ field: 'game_ids' }]);
});
