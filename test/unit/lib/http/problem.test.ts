import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Errors } from 'moleculer';
import { ERRORS, LibraryError } from '../../../../lib/errors.ts';
import { problemJson, problemOf } from '../../../../lib/http/problem.ts';

const trace = { id: '0'.repeat(32), traceparent: '' };

describe('what an error means to the client', () => {
  it.each([
    new Errors.ServiceNotFoundError({ action: 'x.y' }),
    new Errors.ServiceNotAvailableError({ action: 'x.y' }),
    new Errors.RequestTimeoutError({ action: 'x.y', nodeID: 'n' }),
    new Errors.RequestSkippedError({ action: 'x.y', nodeID: 'n' }),
    new Errors.RequestRejectedError({ action: 'x.y', nodeID: 'n' }),
    new Errors.QueueIsFullError({ action: 'x.y', nodeID: 'n' }),
    Object.assign(new Error('x.y'), { name: 'BrokerDisconnectedError', type: 'BAD_GATEWAY', code: 502 }),
  ])('is UNAVAILABLE where Moleculer found nobody to answer: %p', (error) => {
    expect(problemOf(error)).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1000, unexpected: false });
    expect(problemOf(error).detail).not.toMatch(/x\.y|n'/);
  });

  it('is the same whether the error is one of ours or came as a plain one from another node', () => {
    const ours = new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access', { game_id: 'g' });
    const plain = Object.assign(new Error(ours.message), {
      type: ours.type,
      code: ours.code,
      data: { ...(ours.data as object) },
    });
    expect(problemOf(plain)).toEqual(problemOf(ours));
    expect(problemOf(ours)).toMatchObject({
      code: 'GAME_NOT_IN_LIBRARY',
      members: { game_id: 'g' },
      unexpected: false,
    });
  });

  it('is INTERNAL without a word of the inside, for everything else that can be thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ minLength: 20 }), (thrown, secret) => {
        for (const error of [
          thrown,
          new Error(secret),
          Object.assign(new Error(secret), { type: 'toString', data: [secret] }),
        ]) {
          const problem = problemOf(error);
          expect([problem.code, problem.unexpected]).toEqual(['INTERNAL', true]);
          expect(problemJson(problem, trace)).not.toContain(JSON.stringify(secret).slice(1, -1));
        }
      }),
    );
  });

  it('cannot be made to lie about its code, status or trace by the data it carries', () => {
    const error = new LibraryError('FORBIDDEN', 'no', {
      status: 200,
      code: 'OK',
      trace_id: 'x',
      title: 'fine',
      type: 'x',
    });
    expect(JSON.parse(problemJson(problemOf(error), trace))).toEqual({
      type: '/docs/errors#forbidden',
      title: ERRORS.FORBIDDEN.title,
      status: 403,
      detail: 'no',
      code: 'FORBIDDEN',
      trace_id: trace.id,
    });
  });
});
