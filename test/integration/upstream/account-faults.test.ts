import { status as Status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { rememberErasure } from '../../../lib/erasure/erased-users.ts';
import { onEachDatabase } from '../../databases.ts';
import { aheadBy, dying, hanging, startFaultyServices, type FaultyServices } from './faulty-services.ts';

const soon = (): number => Date.now() + 10_000;
const HOUR_MS = 3_600_000;

onEachDatabase('what is known of accounts', (database) => {
  let services: FaultyServices;
  let ids: string[];
  const nobody = uuidv7();

  beforeAll(async () => {
    services = await startFaultyServices(() => database().db, {
      accountOf: (id) => (id === nobody ? null : { user_id: id, display_name: `name of ${id.slice(-4)}` }),
      gameOf: () => null,
    });
  });
  afterAll(() => services.close());
  beforeEach(() => {
    ids = Array.from({ length: 3 }, () => uuidv7());
    services.reached.length = 0;
    services.broke.length = 0;
    services.healed.length = 0;
  });
  afterEach(() => {
    services.fault = null;
  });
  const named = (userId: string) => ({ userId, displayName: `name of ${userId.slice(-4)}` });

  it('comes from Account once, and from memory while it is fresh', async () => {
    const { accounts } = services.open({ UPSTREAM_ACCOUNT_FRESH_SECONDS: '600' });
    const [id = ''] = ids;
    expect([await accounts.find(id, soon()), await accounts.find(id, soon())]).toEqual([named(id), named(id)]);
    expect(services.reached).toEqual(['GetUser']);
  });

  it('comes in one call for many', async () => {
    const { accounts } = services.open();
    const known = await accounts.known([...ids, nobody], soon());
    expect([...known.keys()].sort()).toEqual([...ids].sort());
    expect(services.reached).toEqual(['BatchGetUsers']);
  });

  it('says that there is no account', async () => {
    await expect(services.open().accounts.find(nobody, soon())).resolves.toBeNull();
  });

  it('comes from the database after a restart while Account is dead, however old', async () => {
    const [id = ''] = ids;
    await services.open().accounts.find(id, soon());
    services.fault = dying(Status.UNAVAILABLE);
    const { accounts } = services.open(
      {},
      aheadBy(() => HOUR_MS),
    );
    await expect(accounts.find(id, Date.now() + HOUR_MS + 10_000)).resolves.toEqual(named(id));
    expect(await accounts.known([id], Date.now() + HOUR_MS + 10_000)).toEqual(new Map([[id, named(id)]]));
  });

  it('is UNAVAILABLE of a user never met while Account hangs, by the deadline', async () => {
    services.fault = hanging;
    const began = Date.now();
    await expect(services.open().accounts.find(ids[0] ?? '', began + 250)).rejects.toMatchObject({
      type: 'UNAVAILABLE',
      data: { retryAfterMs: expect.any(Number) },
    });
    expect(Date.now() - began).toBeLessThan(1500);
  });

  it('leaves out of a list whom Account does not tell of in a moment', async () => {
    const [first = '', second = ''] = ids;
    const { accounts } = services.open({ UPSTREAM_ACCOUNT_FRESH_SECONDS: '600' });
    await accounts.find(first, soon());
    services.fault = hanging;
    expect(await accounts.known([first, second], soon())).toEqual(new Map([[first, named(first)]]));
  });

  it('is tried again when a call fails once', async () => {
    let failures = 1;
    services.fault = () => (failures-- > 0 ? dying(Status.UNAVAILABLE)() : Promise.resolve());
    const [id = ''] = ids;
    await expect(services.open().accounts.find(id, soon())).resolves.toEqual(named(id));
    expect(services.reached).toHaveLength(2);
  });

  it('is not asked for again by what no repetition helps', async () => {
    services.fault = dying(Status.PERMISSION_DENIED);
    await expect(services.open().accounts.find(ids[0] ?? '', soon())).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect(services.reached).toHaveLength(1);
    expect(services.broke).toEqual([]);
  });

  it('leaves Account alone after too many failures, tries it again, and goes on when it is back', async () => {
    services.fault = dying(Status.INTERNAL);
    const { accounts } = services.open();
    const find = () => accounts.find(uuidv7(), soon());
    await expect(find()).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    await expect(find()).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect(services.broke).toEqual(['account']);
    const reached = services.reached.length;
    for (let n = 0; n < 20; n += 1) await expect(find()).rejects.toThrow(/is away/);
    expect(services.reached).toHaveLength(reached);

    services.fault = null;
    await expect(eventually(find)).resolves.toMatchObject({ displayName: expect.any(String) });
    expect(services.healed).toEqual(['account']);
    expect(services.reached).toHaveLength(reached + 1);
  });

  it('sends one call alone to try a service that was left alone, and breaks again when it fails', async () => {
    services.fault = dying(Status.UNAVAILABLE);
    const { accounts } = services.open();
    const find = () => accounts.find(uuidv7(), soon());
    await expect(find()).rejects.toThrow();
    await expect(find()).rejects.toThrow();
    expect(services.broke).toEqual(['account']);
    const reached = services.reached.length;
    await expect(
      eventually(async () => {
        await find().catch(() => undefined);
        if (services.reached.length === reached) throw new Error('not tried yet');
      }),
    ).resolves.toBeUndefined();
    expect(services.reached).toHaveLength(reached + 1);
    expect(services.broke).toEqual(['account', 'account']);
  });

  it('finds a service again that died and came back', async () => {
    const { accounts } = services.open();
    await accounts.find(ids[0] ?? '', soon());
    services.die();
    await expect(accounts.find(ids[1] ?? '', Date.now() + 300)).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    await services.revive();
    const found = await eventually(() => accounts.find(ids[1] ?? '', soon()));
    expect(found).toEqual(named(ids[1] ?? ''));
  });

  it('keeps nothing of an erased user, and forgets whom Account has no more', async () => {
    const { accounts } = services.open();
    const [id = ''] = ids;
    await database()
      .db.insertInto('account_profiles')
      .values({ user_id: nobody, display_name: 'Gone', fetched_at: new Date(0) })
      .execute();
    await expect(accounts.find(nobody, soon())).resolves.toBeNull();
    await rememberErasure(database().db, id, Date.now());
    await accounts.find(id, soon());
    const rows = await database()
      .db.selectFrom('account_profiles')
      .where('user_id', 'in', [id, nobody])
      .selectAll()
      .execute();
    expect(rows).toEqual([]);
  });
});

/** Tries until it resolves, or a second of the machine's time is over. */
async function eventually<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + 5000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise(setImmediate);
    }
  }
}
