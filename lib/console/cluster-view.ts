import { FIGURE_NAMES, type FigureName } from '../contract/console-figures.ts';
import type { ConsoleNode, NodePulse, NodesEvent, NodeState, PulseEvent, ShardsEvent } from '../contract/console.ts';
import { COLUMNS_MARK, FIGURE_OF, merged } from './columns.ts';
import type { NodeReport } from './node-report.ts';
import { unpackShards } from './shard-set.ts';

/** What a gateway knows of the cluster's membership at a moment. */
export interface Membership {
  /** Nodes that can be asked. */
  readonly nodes: readonly string[];
  /** Engines that take part in placement. */
  readonly placed: readonly string[];
  /** The engine that placement wants each shard at. */
  readonly placement: readonly (string | null)[];
}

/** How long a node that was lost is still shown. */
const LOST_MS = 60_000;
/** What is told of a node that does not answer. */
const SILENT = [{ dependency: 'node', state: 'timeout' }];

interface Known {
  readonly report: NodeReport;
  readonly lostAt: number | null;
}

/** What nodes answered, put together: nodes, holders of shards, and figures. */
export class ClusterView {
  readonly #known = new Map<string, Known>();
  readonly #left = new Set<string>();
  #reports: ReadonlyMap<string, NodeReport | null> = new Map();
  #membership: Membership = { nodes: [], placed: [], placement: [] };

  /** The node has left in good order, and is not missed. */
  left(node: string): void {
    this.#left.add(node);
  }

  /**
   * @param reports of every node that was asked; null: it did not answer
   * @param now ms since the Unix epoch
   */
  take(membership: Membership, reports: ReadonlyMap<string, NodeReport | null>, now: number): void {
    this.#membership = membership;
    this.#reports = reports;
    for (const [node, report] of reports) {
      this.#left.delete(node);
      if (report !== null) this.#known.set(node, { report, lostAt: null });
    }
    for (const [node, { report, lostAt }] of this.#known) {
      if (reports.has(node)) continue;
      const gone = this.#left.has(node) || now - (lostAt ?? now) >= LOST_MS;
      if (gone) this.#known.delete(node);
      else this.#known.set(node, { report, lostAt: lostAt ?? now });
    }
    this.#left.clear();
  }

  nodes(): NodesEvent {
    const nodes = Array.from(this.#known, ([node, { report, lostAt }]): ConsoleNode => {
      const silent = lostAt === null && this.#reports.get(node) === null;
      return {
        node,
        roles: [...report.roles],
        release: report.release,
        state: lostAt === null ? (silent ? 'not_ready' : this.#stateOf(node, report)) : 'lost',
        up_seconds: report.upSeconds,
        not_well: silent ? SILENT : lostAt === null ? notWell(report) : [],
      };
    });
    for (const [node, report] of this.#reports) {
      if (report !== null || this.#known.has(node)) continue;
      nodes.push({ node, roles: [], release: '', state: 'not_ready', up_seconds: 0, not_well: SILENT });
    }
    return { nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)) };
  }

  #stateOf(node: string, { serving, readiness, roles, held }: NodeReport): NodeState {
    if (!serving) return 'starting';
    if (readiness.draining) return 'draining';
    if (roles.includes('engine') && !this.#membership.placed.includes(node)) {
      return /[1-9a-f]/.test(held ?? '') ? 'draining' : 'drained';
    }
    return readiness.status === 'ready' ? 'up' : 'not_ready';
  }

  /** Of an engine that does not answer, what it held last, but for what others hold by now. */
  shards(): ShardsEvent {
    const { placement } = this.#membership;
    const holders: (string | null)[] = placement.map(() => null);
    const claims = Array.from(this.#known, ([node, { report, lostAt }]) => ({
      node,
      held: lostAt === null ? report.held : null,
      answers: (this.#reports.get(node) ?? null) !== null,
    }));
    const claim = (answers: boolean): void => {
      const told = claims.filter((one) => one.answers === answers);
      const now = new Map<number, string>();
      for (const { node, held } of told) {
        // Of two that still claim it, whom it belongs to.
        for (const shard of unpackShards(held ?? '')) if (now.get(shard) !== placement[shard]) now.set(shard, node);
      }
      for (const [shard, node] of now) if (shard < holders.length) holders[shard] = node;
    };
    claim(false);
    claim(true);
    const engines = [...new Set(claims.filter(({ held }) => held !== null).map(({ node }) => node))].sort();
    const places = new Map(engines.map((node, at) => [node, at]));
    return {
      engines,
      owners: holders.map((node) => (node === null ? -1 : (places.get(node) ?? -1))),
      moving: holders.flatMap((node, shard) => (node === null || node !== placement[shard] ? [shard] : [])),
    };
  }

  /** @param pace whose last rows */
  figures(pace: 'fine' | 'coarse'): Float64Array {
    const rows = Array.from(this.#reports.values()).flatMap((report) =>
      report !== null && report.columnsMark === COLUMNS_MARK && report[pace].length > 0 ? [report[pace]] : [],
    );
    const row = merged(rows);
    return Float64Array.from(FIGURE_NAMES, (name: FigureName) => FIGURE_OF[name](row));
  }

  pulses(): PulseEvent['nodes'] {
    const pulses: Record<string, NodePulse> = {};
    for (const [node, report] of this.#reports) if (report !== null) pulses[node] = report.pulse;
    return pulses;
  }
}

function notWell({ readiness }: NodeReport): ConsoleNode['not_well'] {
  return Object.entries(readiness.dependencies).flatMap(([dependency, state]) =>
    state === 'ok' ? [] : [{ dependency, state }],
  );
}
