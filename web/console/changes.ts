/** What has changed in the cluster while somebody watched, latest first. */
import { signal } from '@preact/signals';
import type { ConsoleNode, NodeState, ShardsEvent } from '../../lib/contract/console.ts';

export type Change = { readonly id: number; readonly at: number } & (
  | { readonly kind: 'node'; readonly node: string; readonly state: NodeState }
  | { readonly kind: 'gone'; readonly node: string }
  | { readonly kind: 'unwell'; readonly node: string; readonly dependencies: string }
  | { readonly kind: 'taken'; readonly node: string; readonly count: number }
  | { readonly kind: 'ownerless'; readonly count: number }
);
type WithoutHead<Of> = Of extends unknown ? Omit<Of, 'id' | 'at'> : never;

const MOST = 50;
export const changes = signal<readonly Change[]>([]);
let last = 0;

function note(change: WithoutHead<Change>): void {
  changes.value = [{ ...change, id: (last += 1), at: Date.now() } as Change, ...changes.value].slice(0, MOST);
}

/** Nothing has changed when there was nothing before: the page has only just begun to look. */
export function noteNodes(before: readonly ConsoleNode[], after: readonly ConsoleNode[]): void {
  if (before.length === 0) return;
  const known = new Map(before.map((node) => [node.node, node]));
  for (const { node, state, not_well: unwell } of after) {
    const was = known.get(node);
    if (was?.state !== state) note({ kind: 'node', node, state });
    const dependencies = unwell.map(({ dependency }) => dependency).join(', ');
    const before = was?.not_well.map(({ dependency }) => dependency).join(', ') ?? '';
    if (dependencies !== before && dependencies !== '') note({ kind: 'unwell', node, dependencies });
  }
  const there = new Set(after.map(({ node }) => node));
  for (const { node } of before) if (!there.has(node)) note({ kind: 'gone', node });
}

export function noteShards(before: ShardsEvent | null, after: ShardsEvent): void {
  if (before === null) return;
  const taken = new Map<string, number>();
  let ownerless = 0;
  after.owners.forEach((owner, shard) => {
    const holder = after.engines[owner];
    const held = before.engines[before.owners[shard] ?? -1];
    if (holder === held) return;
    if (holder === undefined) ownerless += 1;
    else taken.set(holder, (taken.get(holder) ?? 0) + 1);
  });
  if (ownerless > 0) note({ kind: 'ownerless', count: ownerless });
  for (const [node, count] of taken) note({ kind: 'taken', node, count });
}
