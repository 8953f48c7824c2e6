import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Endpoint } from '../../../lib/contract/endpoint.ts';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { exampleOf } from '../../../lib/contract/openapi-example.ts';
import { Problem } from '../../../lib/contract/problem.ts';
import { requestTo } from './endpoint-requests.ts';
import { ME, startGateway } from './gateway.ts';
import type { Gateway, RequestOptions } from './gateway.ts';

type Properties = Record<string, TSchema & { type?: string }>;
const propertiesOf = (schema: TSchema | undefined): Properties =>
  ((schema ?? {}) as { properties?: Properties }).properties ?? {};
const requiredOf = (schema: TSchema | undefined): string[] =>
  ((schema ?? {}) as { required?: string[] }).required ?? [];

/** Values that are wrong for nearly everything; those that happen to fit the member are left out. */
const WRONG = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'x',
  '\u0000',
  'a'.repeat(5000),
  [],
  [[]],
  {},
  '2026-02-30T00:00:00Z',
];

function wrongBodies(endpoint: Endpoint): [string, unknown][] {
  const { body } = endpoint;
  if (body === undefined) return [];
  const good = exampleOf(body) as Record<string, unknown>;
  const isValid = Compile(body);
  const bodies: [string, unknown][] = [
    ['null', null],
    ['a list', []],
    ['a number', 7],
    ['an unknown member', { ...good, surprise: 1 }],
  ];
  for (const name of requiredOf(body)) {
    bodies.push([`no ${name}`, Object.fromEntries(Object.entries(good).filter(([member]) => member !== name))]);
  }
  for (const name of Object.keys(propertiesOf(body))) {
    for (const wrong of WRONG)
      bodies.push([`${name} ${JSON.stringify(wrong).slice(0, 30)}`, { ...good, [name]: wrong }]);
  }
  return bodies.filter(([, value]) => !isValid.Check(value));
}

function wrongQueries(endpoint: Endpoint): string[] {
  const queries = ['surprise=1', '__proto__=1', 'constructor=x'];
  for (const [name, member] of Object.entries(propertiesOf(endpoint.query))) {
    queries.push(`${name}=`, `${name}=%00`, `${name}=1&${name}=2`);
    if (member.type === 'integer')
      queries.push(`${name}=0`, `${name}=-1`, `${name}=1.5`, `${name}=1e3`, `${name}=99999999999999999999`);
    if (member.type === 'boolean') queries.push(`${name}=yes`, `${name}=1`);
  }
  return queries;
}

describe('wrong input', () => {
  let gateway: Gateway;
  const isProblem = Compile(Problem);

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  async function mustRefuse(path: string, options: RequestOptions): Promise<void> {
    const before = gateway.calls.length + gateway.asked.length;
    const token = await gateway.token(['user', 'admin']);
    const { status, body } = await gateway.request(path, { ...options, token });
    expect([status, isProblem.Check(body)]).toEqual([422, true]);
    expect(body['errors']).not.toHaveLength(0);
    expect(gateway.calls.length + gateway.asked.length).toBe(before);
  }

  for (const endpoint of ENDPOINTS) {
    const { path, options } = requestTo(endpoint, ME);

    it(`in the query of ${endpoint.id} is refused by name, and nothing is called`, async () => {
      for (const query of wrongQueries(endpoint)) await mustRefuse(`${path}?${query}`, options);
    });

    if (endpoint.params !== undefined) {
      it(`in the path of ${endpoint.id} is refused by name, and nothing is called`, async () => {
        for (const wrong of ['x', '%00', '..%2f..', `${ME}0`, 'null']) {
          await mustRefuse(endpoint.path.replaceAll(/\{\w+\}/g, wrong), options);
        }
      });
    }

    if (endpoint.body !== undefined) {
      it(`in the body of ${endpoint.id} is refused by name, and nothing is called`, async () => {
        for (const [, json] of wrongBodies(endpoint)) await mustRefuse(path, { ...options, json });
      });
    }
  }
});
