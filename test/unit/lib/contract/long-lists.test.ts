import { expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { compileCheck } from '../../../../lib/contract/validation.ts';

/** As many as fit into a body. */
const ITEMS = 80_000;
/** Of the processor, for the machine may have other things to do. By the square of the length it would take a minute. */
const LIMIT_MS = 2_000;

const lists = ENDPOINTS.flatMap(({ id, body }) =>
  Object.entries((body as { properties?: Record<string, { type?: string }> } | undefined)?.properties ?? {})
    .filter(([, { type }]) => type === 'array')
    .map(([name]) => ({ id, name, body: body! })),
);

it('has lists at all', () => {
  expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(['category_ids', 'game_ids', 'sessions']));
});

it.each(lists)('refuses a list that fills the body in a moment: $id, $name', ({ name, body }) => {
  const check = compileCheck(body);
  for (const item of [{}, 0, 'x', null, []]) {
    const began = process.cpuUsage();
    expect(check({ [name]: Array.from({ length: ITEMS }, () => item) })).not.toBeNull();
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(LIMIT_MS);
  }
});

it('still says that an item came twice, where that is all that is wrong', () => {
  const order = lists.find(({ name, id }) => name === 'game_ids' && id.includes('ishlist'));
  const game = '0198f2b4-0b00-7000-8000-000000000001';
  expect(compileCheck(order!.body)({ game_ids: [game, game] })).toMatchObject([{ field: 'game_ids' }]);
});
