import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GAME, ME, OTHER } from './gateway.ts';
import { ended, noAccess, startGrpcGateway, type GrpcGateway } from './grpc-gateway.ts';

const DEVICE = '0198f2b4-0c00-7000-8000-0000000000d1';

describe('a call over gRPC', () => {
  let gateway: GrpcGateway;
  beforeAll(async () => {
    gateway = await startGrpcGateway();
  });
  afterAll(() => gateway.stop());

  it('reaches the action of its twin in REST with the same request', async () => {
    const service = await gateway.as(['service']);
    const { error } = await ended((done) =>
      gateway.query.GetLibrary(
        { user_id: OTHER.toUpperCase(), limit: 7, q: 'lantern', status: 'INSTALL_STATUS_UPDATING', favorite: false },
        service,
        done,
      ),
    );
    expect(error).toBeNull();
    expect(gateway.calls.at(-1)).toMatchObject({
      action: 'library.list',
      params: {
        caller: { userId: ME, roles: ['service'] },
        userId: OTHER,
        params: { user_id: OTHER },
        query: { limit: 7, q: 'lantern', status: 'updating', favorite: false, sort: 'title', order: 'asc' },
      },
    });
  });

  it('answers with what the action answers: texts, enums, times and numbers', async () => {
    const support = await gateway.as(['support']);
    const { reply } = await ended<{ items: readonly object[] }>((done) =>
      gateway.query.GetLibrary({ user_id: OTHER }, support, done),
    );
    expect(reply.items[0]).toMatchObject({
      title: 'Lanterns of Oru',
      source: 'ACQUISITION_SOURCE_PURCHASE',
      status: 'INSTALL_STATUS_INSTALLED',
      acquired_at: { seconds: 1772389800, nanos: 0 },
      playtime: { total_seconds: 1260, last_played_at: { seconds: 1772389800, nanos: 0 } },
      installations: [{ status: 'INSTALL_STATUS_INSTALLED', version: '1.4.2' }],
      achievements: { unlocked: 3, total: 12 },
      version: 1,
    });
  });

  it('asks for access once for all calls that wait together', async () => {
    const service = await gateway.as(['service']);
    gateway.actions.set('library.accessOf', ({ checks }) =>
      (checks as { user_id: string; game_id: string }[]).map((check) =>
        check.user_id === ME
          ? { ...check, access: 'borrowed', source: 'family', acquired_at: '2026-03-01T18:30:00.250Z' }
          : noAccess(check),
      ),
    );
    const before = gateway.calls.length;
    const users = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? ME : OTHER));
    const answers = await Promise.all(
      users.map((user_id) => ended((done) => gateway.query.CheckGameAccess({ user_id, game_id: GAME }, service, done))),
    );
    expect(gateway.calls.length - before).toBeLessThan(50);
    expect(answers[0]?.reply).toEqual({
      user_id: ME,
      game_id: GAME,
      access: 'ACCESS_BORROWED',
      source: 'ACQUISITION_SOURCE_FAMILY',
      acquired_at: { seconds: 1772389800, nanos: 250_000_000 },
    });
    expect(answers[1]?.reply).toEqual({
      user_id: OTHER,
      game_id: GAME,
      access: 'ACCESS_NONE',
      source: 'ACQUISITION_SOURCE_UNSPECIFIED',
      acquired_at: null,
    });
    gateway.actions.delete('library.accessOf');
  });

  it('takes install states to the action', async () => {
    const service = await gateway.as(['service']);
    const { reply } = await ended((done) =>
      gateway.command.SetInstallStatus(
        { user_id: OTHER, game_id: GAME, device_id: DEVICE, status: 'INSTALL_STATUS_INSTALLED', version: '1.2' },
        service,
        done,
      ),
    );
    expect(reply).toEqual({ changed: false });
    expect(gateway.calls.at(-1)).toMatchObject({
      action: 'library.setInstallStatus',
      params: { userId: OTHER, params: { device_id: DEVICE }, body: { status: 'installed', version: '1.2' } },
    });
  });
});
