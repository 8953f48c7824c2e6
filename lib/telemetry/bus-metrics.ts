import { Transporters, type ServiceBroker } from 'moleculer';
import { Events, type NatsConnection, type QueuedIterator, type Status } from 'nats';
import { registerMetrics, type MetricGroup } from './metric.ts';

const CONNECTED = 'library.bus.connected';
/** Moleculer's own word for a connection that it made; it has none for one that was lost. */
const MADE = '$transporter.connected';

export const BUS_METRICS = {
  [CONNECTED]: {
    type: 'gauge',
    help: '1 while this node is connected to NATS, 0 while it has lost it; absent where a node runs without NATS',
  },
} as const satisfies MetricGroup;

/**
 * Watches the connection between nodes. `moleculer.transit.connected` does not: NATS's client connects again by itself, and
 * Moleculer takes no notice of the time between, so the client is asked. Call before the broker starts; returns a function
 * that ends it.
 */
export function observeBus(broker: ServiceBroker): () => void {
  registerMetrics(broker, BUS_METRICS);
  const tell = (connected: boolean): void => void broker.metrics.set(CONNECTED, connected ? 1 : 0);
  let end = (): void => undefined;
  const watch = (): void => {
    const tx = broker.transit?.tx;
    if (!(tx instanceof Transporters.NATS)) return;
    end();
    end = watchClient(tx.client as NatsConnection, tell);
  };
  broker.localBus.on(MADE, watch);
  return () => {
    broker.localBus.off(MADE, watch);
    end();
  };
}

function watchClient(client: NatsConnection, tell: (connected: boolean) => void): () => void {
  let ended = false;
  const say = (connected: boolean): void => {
    if (!ended) tell(connected);
  };
  // The client's own type does not say that it can be stopped; it would wait on after the client was closed.
  const changes = client.status() as QueuedIterator<Status>;
  const follow = async (): Promise<void> => {
    for await (const { type } of changes) {
      if (type === Events.Disconnect) say(false);
      if (type === Events.Reconnect) say(true);
    }
  };
  const end = (): void => {
    ended = true;
    changes.stop();
  };
  void follow();
  // It may have been lost since it was made, before anybody listened.
  void client.rtt().then(
    () => say(true),
    () => say(false),
  );
  // For good: the server refuses us now, and the client tries no more.
  void client.closed().then(() => {
    say(false);
    end();
  });
  return end;
}
