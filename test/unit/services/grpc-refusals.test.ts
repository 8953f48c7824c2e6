import { credentials, Metadata, status as Status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES } from '../../../lib/contract/endpoint.ts';
import { ERRORS, LibraryError, type ErrorCode } from '../../../lib/errors.ts';
import { libraryProto } from '../../../lib/grpc/protos.ts';
import { statusOf } from '../../../lib/grpc/status.ts';
import { GAME, ME, OTHER } from './gateway.ts';
import { ended, startGrpcGateway, type GrpcGateway } from './grpc-gateway.ts';

const ITEM = { user_id: OTHER, game_id: GAME };
const GRANT = { ...ITEM, source: 'ACQUISITION_SOURCE_GIFT' } as const;

describe('a refused call over gRPC', () => {
  let gateway: GrpcGateway;
  let service: Metadata;
  beforeAll(async () => {
    gateway = await startGrpcGateway({ env: { GRPC_MAX_MESSAGE_BYTES: '4096' } });
    service = await gateway.as(['service']);
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    gateway.actions.clear();
    gateway.calls.length = 0;
    gateway.logged.length = 0;
  });
  const getItem = (metadata: Metadata, message: object = ITEM) =>
    ended((done) => gateway.query.GetLibraryItem(message, metadata, done));

  it('is UNAUTHENTICATED without a token, or with a wrong one', async () => {
    const wrong = new Metadata();
    wrong.set('authorization', 'Bearer x.y.z');
    for (const metadata of [new Metadata(), wrong]) {
      const { error, details } = await getItem(metadata);
      expect([error?.code, details.reason]).toEqual([Status.UNAUTHENTICATED, 'UNAUTHENTICATED']);
    }
    expect(gateway.calls).toEqual([]);
  });

  it.each(ROLES)('lets %s in as the matrix says', async (role) => {
    const metadata = await gateway.as([role], OTHER);
    const reads = role !== 'user';
    const changes = role === 'service' || role === 'admin';
    const read = await getItem(metadata);
    const change = await ended((done) => gateway.command.GrantGame(GRANT, metadata, done));
    expect([read.error?.code, change.error?.code]).toEqual([
      reads ? undefined : Status.PERMISSION_DENIED,
      changes ? undefined : Status.PERMISSION_DENIED,
    ]);
  });

  it('is INVALID_ARGUMENT with every wrong field named, before any work', async () => {
    const { error, details } = await ended((done) =>
      gateway.query.GetLibrary({ user_id: OTHER, limit: 201, cursor: '?' }, service, done),
    );
    expect(error?.code).toBe(Status.INVALID_ARGUMENT);
    expect(details).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      reason: 'VALIDATION_ERROR',
      retryAfterMs: null,
      violations: [
        { field: 'cursor', message: expect.any(String) },
        { field: 'limit', message: expect.any(String) },
      ],
    });
    expect(gateway.calls).toEqual([]);
  });

  it.each([
    ['a user id that is none', { user_id: 'me', game_id: GAME }, 'user_id'],
    ['no game', { user_id: OTHER }, 'game_id'],
  ])('is INVALID_ARGUMENT for %s', async (_what, message, field) => {
    const { error, details } = await getItem(service, message);
    expect([error?.code, details.violations?.[0]?.field]).toEqual([Status.INVALID_ARGUMENT, field]);
  });

  it('is INVALID_ARGUMENT for a value of an enum that it does not know, or none', async () => {
    for (const source of [99, 'ACQUISITION_SOURCE_UNSPECIFIED'] as const) {
      const message = { ...ITEM, source: source as 'ACQUISITION_SOURCE_GIFT' };
      const { error, details } = await ended((done) => gateway.command.GrantGame(message, service, done));
      expect([error?.code, details.violations?.[0]?.field]).toEqual([Status.INVALID_ARGUMENT, 'source']);
    }
  });

  it('is INVALID_ARGUMENT for a time outside of the calendar', async () => {
    const unlocked_at = { seconds: 9e15, nanos: 0 };
    const message = { ...ITEM, achievement_id: 'a', offline: true, unlocked_at };
    const { error, details } = await ended((done) => gateway.command.UnlockAchievement(message, service, done));
    expect([error?.code, details.violations?.[0]?.field]).toEqual([Status.INVALID_ARGUMENT, 'unlocked_at']);
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])('tells %s by its status, reason and trace', async (code) => {
    gateway.actions.set('library.get', () => {
      throw new LibraryError(code, 'Because.', { game_id: GAME, live: 4, retryAfterMs: 1500 });
    });
    const { error, details, trailers } = await getItem(service);
    const status = statusOf(code);
    expect(status).not.toBe(Status.UNKNOWN);
    expect(status).not.toBe(Status.OK);
    expect([error?.code, error?.details, details.code]).toEqual([status, 'Because.', status]);
    expect(details).toMatchObject({ reason: code, metadata: { game_id: GAME, live: '4' }, retryAfterMs: 1500 });
    expect(details.metadata?.['trace_id']).toBe(trailers.get('x-trace-id')[0]);
  });

  it('is INTERNAL without a word of what went wrong, which stands in the log under its trace', async () => {
    gateway.actions.set('library.get', () => {
      throw new Error('password=hunter2');
    });
    const { error, details } = await getItem(service);
    expect([error?.code, details.reason]).toEqual([Status.INTERNAL, 'INTERNAL']);
    expect(JSON.stringify([error, details])).not.toContain('hunter2');
    expect(gateway.logged.join()).toContain(details.metadata?.['trace_id']);
  });

  it('is RESOURCE_EXHAUSTED when the message is too long', async () => {
    const { error } = await ended((done) =>
      gateway.query.GetLibrary({ user_id: OTHER, q: 'x'.repeat(5000) }, service, done),
    );
    expect(error?.code).toBe(Status.RESOURCE_EXHAUSTED);
  });

  it('is UNIMPLEMENTED for a method that there is not', async () => {
    const { LibraryQueryService } = libraryProto().library.v1;
    const client = new LibraryQueryService(`localhost:${gateway.port}`, credentials.createInsecure());
    const { error } = await ended((done) =>
      client.makeUnaryRequest('/library.v1.LibraryQueryService/Nothing', () => Buffer.alloc(0), String, {}, done),
    );
    client.close();
    expect(error?.code).toBe(Status.UNIMPLEMENTED);
  });

  it('is CANCELLED when the client gives up, and the server counts it so', async () => {
    let release = (): void => {};
    gateway.actions.set('library.get', () => new Promise((resolve) => (release = () => resolve({}))));
    const { error } = await ended((done) => {
      const call = gateway.query.GetLibraryItem(ITEM, service, done);
      call.on('metadata', () => undefined);
      setImmediate(function look() {
        if (gateway.calls.length === 0) return void setImmediate(look);
        call.cancel();
      });
      return call;
    });
    release();
    expect(error?.code).toBe(Status.CANCELLED);
  });

  it('keeps the trace of its caller', async () => {
    const metadata = service.clone();
    metadata.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const { trailers } = await getItem(metadata);
    expect(trailers.get('x-trace-id')).toEqual(['0af7651916cd43dd8448eb211c80319c']);
    expect(gateway.calls.at(-1)).toMatchObject({
      requestId: '0af7651916cd43dd8448eb211c80319c',
      params: { caller: { userId: ME } },
    });
  });
});
