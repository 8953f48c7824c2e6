import { afterEach, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { configFrom } from '../../../../lib/config/load.ts';
import { httpMetrics } from '../../../../lib/telemetry/http-metrics.ts';
import { brokerLogger } from '../../../../lib/telemetry/logging.ts';
import { brokerMetrics, renderMetrics } from '../../../../lib/telemetry/prometheus.ts';

describe('logs and metrics of a broker', () => {
  let broker: ServiceBroker;

  afterEach(() => broker.stop());

  function start(options: object): ServiceBroker {
    broker = new ServiceBroker({ nodeID: 'test', ...options });
    return broker;
  }

  it('writes one JSON object a line, with secrets cut out, from the configured level on', () => {
    const lines: string[] = [];
    const config = configFrom('', { LOG_LEVEL: 'warn', NODE_ID: 'n1' });
    start({ logger: brokerLogger(config, { write: (line) => void lines.push(line) }), metrics: false });
    lines.length = 0;
    broker.logger.info('not this');
    broker.logger.warn(
      { trace_id: 'abc', authorization: 'Bearer x', nested: { password: 'hunter2' }, err: new Error('boom') },
      'this',
    );
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'warn', service: 'library', node: 'n1', trace_id: 'abc', msg: 'this' });
    expect(line).toMatchObject({ err: { type: 'Error', message: 'boom' }, authorization: '[redacted]' });
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(lines[0]).not.toMatch(/hunter2|Bearer/);
  });

  it('renders histograms with their sum and count, and opens no port', () => {
    start({ logger: false, metrics: { ...brokerMetrics(), collectProcessMetrics: false } });
    const metrics = httpMetrics(broker);
    metrics.answered('heartbeat', 200, 3.5);
    metrics.answered('heartbeat', 204, 1000);
    metrics.answered('heartbeat', 503, 1);
    const text = renderMetrics(broker);
    const name = 'library_http_request_duration_seconds';
    const labels = 'node_id="test",operation="heartbeat",status="2xx"';
    expect(text).toContain(`# TYPE ${name} histogram`);
    expect(text).toContain(`${name}_bucket{${labels},le="0.005"} 1\n`);
    expect(text).toContain(`${name}_bucket{${labels},le="+Inf"} 2\n`);
    expect(text).toContain(`${name}_sum{${labels}} 1.0035\n`);
    expect(text).toContain(`${name}_count{${labels}} 2\n`);
  });

  it('counts nothing, and renders nothing, where metrics are off', () => {
    start({ logger: false, metrics: false });
    httpMetrics(broker).answered('heartbeat', 200, 1);
    expect(renderMetrics(broker)).toBe('');
  });
});
