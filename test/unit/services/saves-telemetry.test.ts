import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import type { ConfirmUploadReply } from '../../../lib/contract/savegame-transfers.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { brokerMetrics, renderMetrics } from '../../../lib/telemetry/prometheus.ts';
import { brokerOptions } from '../../../moleculer.config.ts';
import { confirmationsCounted } from '../../../services/saves-telemetry.ts';

let broker: ServiceBroker;
beforeEach(async () => {
  const metrics = brokerMetrics();
  broker = new ServiceBroker(
    brokerOptions({ nodeId: 'domain', natsUrl: null, logger: false, metrics, middlewares: [] }),
  );
  await broker.start();
});
afterEach(() => broker.stop());

it('counts what became of the uploads that were to be confirmed, and passes every answer on', async () => {
  const counted = confirmationsCounted(broker);
  const reply = (state: string) => ({ version: { state } }) as ConfirmUploadReply;
  await expect(counted(Promise.resolve(reply('head')))).resolves.toEqual(reply('head'));
  await counted(Promise.resolve(reply('conflict')));
  for (const code of ['SAVEGAME_CONFLICT', 'SAVEGAME_NOT_UPLOADED'] as const) {
    const refusal = new LibraryError(code, 'refused');
    await expect(counted(Promise.reject(refusal))).rejects.toBe(refusal);
  }
  const figures = [...renderMetrics(broker).matchAll(/library_saves_confirmed_total\{.*became="(\w+)".*\} (\d+)/g)];
  expect(figures.map(([, became, times]) => [became, Number(times)])).toEqual([
    ['head', 1],
    ['side', 2],
    ['SAVEGAME_NOT_UPLOADED', 1],
  ]);
});
