/** What operators type about the nodes of the cluster: `cluster`, `figures`. */
import type { ServiceBroker } from 'moleculer';
import {
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import type { Figure, NodeAbout } from './operations.service.ts';
import { nodesOf } from './service-nodes.ts';
import { LibraryError } from '../lib/errors.ts';

const OF_OPERATIONS = 'operations';

async function everyNode<Answer>(broker: ServiceBroker, action: string, params: object) {
  return Promise.all(
    nodesOf(broker, OF_OPERATIONS).map(async (nodeID) => ({
      nodeID,
      answer: await broker.call<Answer, object>(`${OF_OPERATIONS}.${action}`, params, { nodeID }),
    })),
  );
}

async function cluster({ broker }: OperatorContext): Promise<Table> {
  const nodes = await everyNode<NodeAbout>(broker, 'about', {});
  const versions = new Set(nodes.map(({ answer }) => answer.version));
  return {
    head: ['node', 'roles', 'version', 'node.js', 'up', 'memory MB', 'tracing', 'state', 'not well'],
    rows: nodes.map(({ nodeID, answer }) => [
      nodeID,
      answer.roles.join(','),
      answer.version,
      answer.runtime,
      duration(answer.upSeconds),
      Math.round(answer.memoryBytes / 1_048_576),
      answer.tracing,
      answer.readiness.draining ? 'draining' : answer.readiness.status,
      Object.entries(answer.readiness.dependencies)
        .filter(([, state]) => state !== 'ok')
        .map(([name, state]) => `${name} ${state}`)
        .join(', '),
    ]),
    foot: `${nodes.length} nodes${versions.size > 1 ? `, ${versions.size} versions side by side` : ''}`,
  };
}

async function figures({ broker }: OperatorContext, { words: { name } }: OperatorInput): Promise<Table> {
  const nodes = await everyNode<readonly Figure[]>(broker, 'figures', { name });
  const rows = nodes.flatMap(({ nodeID, answer }) =>
    answer.map((figure) => [figure.name, labelled(figure.labels), nodeID, figure.value] as const),
  );
  if (rows.length === 0) throw new LibraryError('NOT_FOUND', `no node has a figure whose name begins with ${name}`);
  return {
    head: ['name', 'of', 'node', 'value'],
    rows: rows.toSorted(([a, ofA], [b, ofB]) => a.localeCompare(b) || ofA.localeCompare(ofB)),
    foot: `${rows.length} figures; counters count from the start of each node`,
  };
}

function labelled(labels: Figure['labels']): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(' ');
}

function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

export const CLUSTER_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'cluster',
    summary: 'Every node: roles, version, how long it is up, whether it is ready and why not',
    manual:
      '`tracing`: `off`, or which share of requests is traced. `not well`: dependencies that do not answer this node. During a rolling upgrade two versions stand ' +
      'side by side; afterwards all nodes must show the new one.',
    arguments: [],
    options: {},
    examples: ['cluster', 'cluster --watch'],
    changes: NEVER,
    run: cluster,
  },
  {
    name: 'figures',
    summary: 'Metrics of every node as they stand now, by the beginning of their name',
    manual:
      'What Prometheus scrapes, without Prometheus: counters and gauges, with their labels, node by node. `docs/observability.md` lists the names.',
    arguments: [
      { name: 'name', required: true, means: 'how the name begins: library.limits, library.tracing, library.outbox' },
    ],
    options: {},
    examples: ['figures library.engine', 'figures library.limits --watch', 'figures library.http --json'],
    changes: NEVER,
    run: figures,
  },
];
