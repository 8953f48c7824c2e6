import type { ServerResponse } from 'node:http';
import type { Readiness } from './readiness.ts';
import { apiHeaders } from './respond.ts';

/** The paths for the platform around the service. They take no token and say nothing about any user. */
export const OPERATIONS_PATHS = ['/health/live', '/health/ready', '/metrics'] as const;
export type OperationsPath = (typeof OPERATIONS_PATHS)[number];

export interface OperationsDependencies {
  readonly readiness: Readiness;
  /** Prometheus text. */
  readonly metrics: () => string;
}

export type OperationsHandler = (path: OperationsPath, res: ServerResponse) => Promise<void>;

/** Answers liveness (the process turns its event loop), readiness (with each dependency's state) and metrics. */
export function operationsHandler({ readiness, metrics }: OperationsDependencies): OperationsHandler {
  return async (path, res) => {
    if (path === '/metrics') return send(res, 200, 'text/plain; version=0.0.4; charset=utf-8', metrics());
    if (path === '/health/live') return send(res, 200, 'application/json', '{"status":"live"}');
    const report = await readiness.report();
    send(res, report.status === 'ready' ? 200 : 503, 'application/json', JSON.stringify(report));
  };
}

export function isOperationsPath(path: string): path is OperationsPath {
  return (OPERATIONS_PATHS as readonly string[]).includes(path);
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, [...apiHeaders(res), 'Content-Type', type, 'Content-Length', String(Buffer.byteLength(body))]);
  res.end(body);
}
