import { beforeEach, expect, it } from '@jest/globals';
import type { Database } from '../../../../lib/db/database.ts';
import { onEachDatabase } from '../../../databases.ts';
import type { Fault } from '../../../memory-save-store.ts';
import { newContent, refusalOf, Saver, type Device } from '../../../saver.ts';
import { ConnectionBroke, steppedDatabase } from '../../../stepped-database.ts';

const FAULTS = ['not done', 'answer lost'] as const satisfies readonly Fault[];

onEachDatabase('a transfer that stops between any two steps and is repeated', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  /** Runs the work with a fault at its n-th step, database or store, for every n; until it has no more steps. */
  async function atEachStep(
    work: (db: Pick<Database, 'db' | 'executor'>) => Promise<unknown>,
    repaired: () => Promise<void>,
    prepared: () => Promise<void>,
  ): Promise<number> {
    let steps = 0;
    for (const fault of FAULTS) {
      for (let n = 1; ; n += 1) {
        await prepared();
        let step = 0;
        const next = (): Fault | null => ((step += 1) === n ? fault : null);
        saver.store.faults = next;
        const stopped = await work(steppedDatabase(database(), next)).then(
          () => false,
          (error: unknown) => isFault(error),
        );
        saver.store.faults = () => null;
        if (!stopped) break;
        await saver.mustAddUp();
        await repaired();
        await saver.mustAddUp();
        steps += 1;
      }
    }
    return steps;
  }

  it('is announced once', async () => {
    let [content, slots] = [newContent(), 0];
    const steps = await atEachStep(
      (db) => device.announce({ content, slot: `slot-${slots}` }, saver.context(db)),
      async () => {
        await device.save({ content, slot: `slot-${slots}` });
        expect(await saver.versions(`slot-${slots}`)).toHaveLength(1);
      },
      () => {
        [content, slots] = [newContent(), slots + 1];
        return Promise.resolve();
      },
    );
    expect(steps).toBeGreaterThan(4);
  });

  it('becomes one version', async () => {
    let [id, head]: [string, number | null] = ['', null];
    const steps = await atEachStep(
      (db) => device.confirm(id, saver.context(db)),
      async () => {
        const refusal = await refusalOf(device.confirm(id));
        if (refusal !== null) expect(refusal.type).toBe('SAVEGAME_ALREADY_CONFIRMED');
        expect(await saver.head()).toBe((head ?? 0) + 1);
        expect(await saver.events()).toHaveLength(await saver.head().then((version) => version ?? 0));
      },
      async () => {
        head = await saver.head();
        id = await device.upload({ base_version: head });
      },
    );
    expect(steps).toBeGreaterThan(4);
  });

  it('becomes one side version', async () => {
    let [id, other] = ['', saver.device()];
    await device.save();
    const steps = await atEachStep(
      (db) => other.confirm(id, saver.context(db)),
      async () => {
        const refusal = await refusalOf(other.confirm(id));
        expect(['SAVEGAME_ALREADY_CONFIRMED', 'SAVEGAME_CONFLICT']).toContain(refusal?.type);
        const sides = (await saver.versions()).filter(({ device_id }) => device_id === other.deviceId);
        expect(sides).toHaveLength(1);
      },
      async () => {
        other = saver.device();
        const base_version = await saver.head();
        id = await other.upload({ base_version });
        await device.save({ base_version });
      },
    );
    expect(steps).toBeGreaterThan(4);
  });

  function isFault(error: unknown): boolean {
    if (error instanceof ConnectionBroke) return true;
    if ((error as { type?: unknown }).type === 'UNAVAILABLE') return true;
    if ((error as { type?: unknown }).type === 'SAVEGAME_CONFLICT') return false;
    throw error;
  }
});
