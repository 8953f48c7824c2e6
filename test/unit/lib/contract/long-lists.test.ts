import { expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { compileCheck } from '../../../../lib/contract/validation.ts';

/** Half as many as fit into a body. */
const MANY = 40_000;
/** Of processor time: fifty times what a look at each item takes, a quarter of what comparing each with all others does. */
const LIMIT_MS = 15_000;

const lists = ENDPOINTS.flatMap(({ id, body }) =>
  Object.entries((body as { properties?: Record<string, { type?: string }> } | undefined)?.properties ?? {})
    .filter(([, { type }]) => type === 'array')
    .map(([name]) => ({ id, name, body: body! })),
);

it('there are long lists at all', () => {
  expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(['category_ids', 'game_ids', 'sessions']));
});

it.each(lists)('are checked item by item, not each with all others: $id, $name', ({ name, body }) => {
  const check = compileCheck(body);
  const began = process.cpuUsage();
  for (const item of [{}, 0, 'x', null, []]) {
    const value = { [name]: Array.from({ length: MANY }, () => item) };
    expect(check(value)).not.toBeNull();
  }
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(LIMIT_MS);
});

it('still says that an item came twice, where that is all that is wrong', () => {
  const order = lists.find(({ name, id }) => name === 'game_ids' && id.includes('ishlist'));
  const game = '0198f2b4-0b00-7000-8000-000000000001';
  expect(compileCheck(order!.body)({ game_ids: [game, game] })).toMatchObject([{ field: 'game_ids' }]);
});
