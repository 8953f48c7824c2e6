import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { brokerOptions } from '../../../moleculer.config.ts';
import { observeBus } from '../../../lib/telemetry/bus-metrics.ts';
import { brokerMetrics, renderMetrics } from '../../../lib/telemetry/prometheus.ts';
import { startNats } from '../../../scripts/servers/nats.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const SLOW = 60_000;

/** As nodes have it, but that a silent NATS is noticed ten times as soon. */
function newBroker(natsUrl: string | null): ServiceBroker {
  const settings = { nodeId: 'n', natsUrl, logger: false, metrics: brokerMetrics(), middlewares: [] } as const;
  const options = brokerOptions(settings);
  const { transporter } = options as { transporter: { options: { pingInterval: number } } | null };
  if (transporter !== null) transporter.options.pingInterval /= 10;
  return new ServiceBroker(options);
}

/** What Prometheus would see; undefined while there is no series. */
const shown = (broker: ServiceBroker): string | undefined =>
  /^library_bus_connected\{node_id="n"\} (\S+)$/m.exec(renderMetrics(broker))?.[1];

/** Resolves at the change to a value; the test's own limit ends a wait that is in vain. */
async function becomes(broker: ServiceBroker, value: string): Promise<void> {
  while (shown(broker) !== value) await pause(10);
}

describeWithPrivateServer('NATS', 'the connection between nodes', () => {
  let server: PrivateServer;
  let broker: ServiceBroker;
  let end: () => void;

  beforeEach(async () => {
    server = started(await startNats());
    broker = newBroker(server.address);
    end = observeBus(broker);
    await broker.start();
    await becomes(broker, '1');
  }, SLOW);
  afterEach(async () => {
    end();
    await broker.stop();
    await server.stop();
  }, SLOW);

  it(
    'is shown as lost while NATS is gone, and as made when it is back',
    async () => {
      await server.process.kill();
      await becomes(broker, '0');
      await server.process.start();
      await becomes(broker, '1');
    },
    SLOW,
  );

  it(
    'is shown as lost when NATS says nothing any more',
    async () => {
      await server.process.kill('SIGSTOP');
      await becomes(broker, '0');
      await server.process.kill('SIGCONT');
      await becomes(broker, '1');
    },
    SLOW,
  );

  it(
    'is not watched after the end',
    async () => {
      const { tx } = broker.transit as unknown as { tx: { client: { closed(): Promise<unknown> } } };
      end();
      await Promise.all([tx.client.closed(), broker.stop()]);
      expect(shown(broker)).toBe('1');
    },
    SLOW,
  );
});

it('has no series where a node runs without NATS', async () => {
  const broker = newBroker(null);
  const end = observeBus(broker);
  await broker.start();
  expect(shown(broker)).toBeUndefined();
  end();
  await broker.stop();
});
