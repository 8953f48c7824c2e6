import { status as Status, type CallOptions, type Metadata } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GAME, OTHER } from './gateway.ts';
import { ended, startGrpcGateway, type GrpcGateway } from './grpc-gateway.ts';

const ITEM = { user_id: OTHER, game_id: GAME };

describe('the deadline of a call over gRPC', () => {
  let gateway: GrpcGateway;
  let service: Metadata;
  beforeAll(async () => {
    gateway = await startGrpcGateway({ env: { GRPC_DEADLINE_MS: '300', GRPC_MAX_DEADLINE_MS: '600' } });
    service = await gateway.as(['service']);
  });
  afterAll(() => gateway.stop());
  afterEach(() => gateway.actions.clear());

  /** What the action was given, ms from the call's beginning; the way there takes up to as long as the call did. */
  async function given(options: CallOptions): Promise<{ readonly ms: number; readonly took: number }> {
    const began = Date.now();
    await ended((done) => gateway.query.GetLibraryItem(ITEM, service, options, done));
    return { ms: Number(gateway.calls.at(-1)?.params['deadline']) - began, took: Date.now() - began };
  }

  it.each([
    ['what its client set', (): CallOptions => ({ deadline: Date.now() + 500 }), 500],
    ['the configured one when its client set none', (): CallOptions => ({}), 300],
    ['never later than the configured one', (): CallOptions => ({ deadline: Date.now() + 60_000 }), 600],
  ])('is %s, and reaches the action', async (_what, options, expected) => {
    const { ms, took } = await given(options());
    expect(ms).toBeGreaterThanOrEqual(expected - 10);
    expect(ms).toBeLessThanOrEqual(expected + took + 10);
  });

  it('ends a call whose action hangs: DEADLINE_EXCEEDED, with nothing left under way', async () => {
    gateway.actions.set('library.get', () => new Promise(() => {}));
    gateway.actions.set('library.accessOf', () => new Promise(() => {}));
    const item = await ended((done) => gateway.query.GetLibraryItem(ITEM, service, done));
    const check = await ended((done) => gateway.query.CheckGameAccess(ITEM, service, done));
    expect([item.error?.code, check.error?.code]).toEqual([Status.DEADLINE_EXCEEDED, Status.DEADLINE_EXCEEDED]);
    expect([item.details.reason, check.details.reason]).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
  });

  it('ends a call at its client, too, when that is first', async () => {
    gateway.actions.set('library.get', () => new Promise(() => {}));
    const { error } = await ended((done) =>
      gateway.query.GetLibraryItem(ITEM, service, { deadline: Date.now() + 50 }, done),
    );
    expect(error?.code).toBe(Status.DEADLINE_EXCEEDED);
  });
});
