import { expect, it } from '@jest/globals';
import { ERRORS, knownCode, LibraryError } from '../../../lib/errors.ts';
import { brokerOptions } from '../../../moleculer.config.ts';

/** What a node of a newer release sent, as this one sees it. */
function received(type: string, code: number): Error {
  const { errorRegenerator } = brokerOptions({
    nodeId: 'here',
    natsUrl: null,
    natsFiles: { tlsCaFile: null, tlsCertFile: null, tlsKeyFile: null },
    logger: false,
    metrics: false,
    middlewares: [],
  });
  if (!errorRegenerator) throw new TypeError('errors are not restored');
  const plain = {
    name: 'LibraryError',
    message: 'Too late',
    code,
    type,
    data: { left: 0 },
    stack: '',
    retryable: false,
  };
  return errorRegenerator.restore(plain, {});
}

it('brings a refusal of the catalogue over as it is', () => {
  const error = received('FAMILY_FULL', 409);
  expect(error).toBeInstanceOf(LibraryError);
  expect(error).toMatchObject({ type: 'FAMILY_FULL', code: 409, message: 'Too late', data: { left: 0 } });
});

it('shows a refusal that only a newer release knows as the most general one of its status', () => {
  expect(received('SALE_OVER', 409)).toMatchObject({ type: 'CONFLICT', code: 409, message: 'Too late' });
  expect(received('toString', 422)).toMatchObject({ type: 'VALIDATION_ERROR', code: 422 });
});

it('takes nothing else for a refusal', () => {
  expect(knownCode('BROKEN', 500)).toBeNull();
  expect(received('BROKEN', 500)).not.toBeInstanceOf(LibraryError);
});

it('stands in with codes of the very status', () => {
  for (const status of [400, 403, 404, 409, 412, 422, 429, 503]) {
    const code = knownCode('of the next release', status);
    expect(code === null ? null : ERRORS[code].status).toBe(status);
  }
});
