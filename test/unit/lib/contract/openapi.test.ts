import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { TSchema } from 'typebox';
import { ENDPOINTS } from '../../../../lib/contract/endpoints.ts';
import { exampleOf } from '../../../../lib/contract/openapi-example.ts';
import { openApiYaml } from '../../../../lib/contract/openapi-file.ts';
import { openApiDocument } from '../../../../lib/contract/openapi.ts';
import { compileCheck } from '../../../../lib/contract/validation.ts';
import { OPENAPI_FILE } from '../../../../lib/http/project-files.ts';

type Operation = {
  responses: Record<string, unknown>;
  parameters: { $ref?: string; name?: string; required?: boolean }[];
};
const document = openApiDocument();
const paths = document['paths'] as Record<string, Record<string, Operation>>;
const cases = ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const);

describe('the contract', () => {
  it('gives every endpoint an id and a place of its own', () => {
    expect(new Set(ENDPOINTS.map(({ id }) => id)).size).toBe(ENDPOINTS.length);
    expect(new Set(ENDPOINTS.map(({ method, path }) => `${method} ${path}`)).size).toBe(ENDPOINTS.length);
  });

  it.each(cases)('describes exactly the parameters in the path of %s', (_id, { path, params }) => {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys((params as { properties?: object } | undefined)?.properties ?? {})).toEqual(named);
  });

  it.each(cases)('takes no members beside the described ones at %s', (_id, { params, query, body }) => {
    for (const schema of [params, query, body].filter((part): part is TSchema => part !== undefined)) {
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it.each(cases)('shows examples of %s that it accepts itself', (_id, { params, query, body, response }) => {
    for (const schema of [params, query, body, response].filter((part): part is TSchema => part !== undefined)) {
      expect(compileCheck(schema)(exampleOf(schema))).toBeNull();
    }
  });
});

describe('the OpenAPI document', () => {
  it('is the file that is served', () => {
    expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(openApiYaml());
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it.each(cases)('documents every status of %s', (_id, endpoint) => {
    const operation = paths[endpoint.path]?.[endpoint.method.toLowerCase()];
    const statuses = Object.keys(operation?.responses ?? {}).map(Number);
    expect(statuses).toEqual(expect.arrayContaining([endpoint.status, 400, 401, 403, 422, 500, 503]));
    expect(statuses.includes(415)).toBe(endpoint.body !== undefined);
    expect(statuses.includes(413)).toBe(endpoint.body !== undefined);
    const refs = (operation?.parameters ?? []).map(({ $ref }) => $ref);
    expect(refs.includes('#/components/parameters/Idempotency-Key')).toBe(endpoint.method === 'POST');
  });

  it('does not ask for query members that have a default', () => {
    const limit = paths['/']?.['get']?.parameters.find(({ name }) => name === 'limit');
    expect(limit).toMatchObject({ required: false, schema: { default: 50, minimum: 1, maximum: 200 } });
  });
});
