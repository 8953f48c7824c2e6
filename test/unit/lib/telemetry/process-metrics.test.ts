import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import type { Clock } from '../../../../lib/ports/clock.ts';
import { observeProcess } from '../../../../lib/telemetry/process-metrics.ts';
import { brokerMetrics, renderMetrics } from '../../../../lib/telemetry/prometheus.ts';

let broker: ServiceBroker;
beforeEach(() => {
  broker = new ServiceBroker({ logger: false, nodeID: 'n', metrics: brokerMetrics() } as object);
});
afterEach(() => broker.stop());

/** A clock whose timers are run by the test. */
function heldClock(): Clock & { run(): void; readonly waiting: number } {
  const timers = new Set<() => void>();
  return {
    now: () => Date.now(),
    after(_ms, callback) {
      timers.add(callback);
      return () => timers.delete(callback);
    },
    run() {
      const due = [...timers];
      timers.clear();
      for (const callback of due) callback();
    },
    get waiting() {
      return timers.size;
    },
  };
}

const valueOf = (name: string, label = ''): number =>
  Number(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\S+)$`, 'm').exec(renderMetrics(broker))?.[1]);

it('shows the process: what it is, uses and how late its event loop is', () => {
  const clock = heldClock();
  const end = observeProcess(broker, clock, { version: '1.2.3', roles: ['engine', 'bridge'] });
  const until = performance.now() + 150;
  while (performance.now() < until);
  clock.run();
  expect(renderMetrics(broker)).toContain('library_node_info{node_id="n",version="1.2.3"');
  expect(renderMetrics(broker)).toContain('roles="engine,bridge"');
  expect(Math.abs(valueOf('process_start_time_seconds') - Date.now() / 1_000)).toBeLessThan(3_600);
  expect(valueOf('process_cpu_user_seconds_total')).toBeGreaterThan(0.1);
  expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(valueOf('nodejs_heap_size_used_bytes')).toBeLessThan(valueOf('nodejs_heap_size_limit_bytes'));
  expect(valueOf('nodejs_eventloop_utilization_ratio')).toBeGreaterThan(0);
  end();
});

it('looks again every few seconds until it is ended', () => {
  const clock = heldClock();
  const end = observeProcess(broker, clock, { version: '1', roles: [] });
  expect(clock.waiting).toBe(1);
  clock.run();
  expect(clock.waiting).toBe(1);
  end();
  expect(clock.waiting).toBe(0);
});
