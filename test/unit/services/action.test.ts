import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { EngineUnavailable } from '../../../actors/engine.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { SaveStoreUnavailable } from '../../../lib/ports/save-store.ts';
import { action } from '../../../services/action.ts';

describe('an action', () => {
  let failure: unknown;
  const broker = new ServiceBroker({ logger: false });
  beforeAll(() => {
    broker.createService({ name: 'test', actions: { fail: action(() => Promise.reject(failure as Error)) } });
    return broker.start();
  });
  afterAll(() => broker.stop());

  const fails = (error: unknown) => {
    failure = error;
    return broker.call('test.fail').then(
      () => null,
      (told: unknown) => told,
    );
  };
  const withCode = (code: string) => Object.assign(new Error('x'), { code });

  it('says UNAVAILABLE, and when to come back, when the engine cannot answer', async () => {
    expect(await fails(new EngineUnavailable('no owner', 700))).toMatchObject({
      type: 'UNAVAILABLE',
      code: 503,
      data: { retryAfterMs: 700 },
    });
  });

  it('says UNAVAILABLE when the database cannot be reached, shuts down or gives a deadlock up', async () => {
    const errors = [
      ...['ECONNREFUSED', 'ECONNRESET', '57P01', '08006', '53300', '40P01', '55P03'].map(withCode),
      new Error('timeout exceeded when trying to connect'),
      new Error('Connection terminated unexpectedly'),
      new AggregateError([withCode('ECONNREFUSED')]),
    ];
    for (const error of errors) {
      expect(await fails(error)).toMatchObject({ type: 'UNAVAILABLE', data: { retryAfterMs: 1000 }, cause: error });
    }
  });

  it('says UNAVAILABLE when the store of saves does not answer', async () => {
    const error = new SaveStoreUnavailable('no answer');
    expect(await fails(error)).toMatchObject({ type: 'UNAVAILABLE', data: { retryAfterMs: 1000 }, cause: error });
  });

  it('leaves refusals, and mistakes of ours, as they are', async () => {
    for (const error of [
      new LibraryError('NOT_FOUND', 'x'),
      withCode('23505'),
      withCode('42P01'),
      new TypeError('x'),
    ]) {
      expect(await fails(error)).toBe(error);
    }
  });
});
