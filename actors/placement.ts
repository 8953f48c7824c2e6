/**
 * Which shard a user belongs to, and which node a shard belongs to.
 *
 * The number of shards never changes while data lives. A shard's owner is the live node with the highest random weight
 * (rendezvous hashing: Thaler & Ravishankar, "Using name-based mappings to increase hit rates", 1998): when one of N
 * nodes joins or leaves, only its own 1/N of the shards move.
 *
 * Placement is a hint for routing and for who should acquire; ownership itself is decided by the store's epochs alone.
 */
import type { UuidKey } from '../lib/uuid.ts';

/** FNV-1a over a string's low bytes, 32 bit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3 (Appleby): spreads every input bit over all output bits. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The shard of a user, 0 <= shard < shards. */
export function shardOf(user: UuidKey, shards: number): number {
  return mix(fnv1a(user)) % shards;
}

function weight(nodeHash: number, shard: number): number {
  return mix(nodeHash ^ mix(shard + 0x9e3779b9));
}

/** The node that should own the shard, null when there is none. */
export function ownerOf(shard: number, nodes: readonly string[]): string | null {
  let owner: string | null = null;
  let highest = -1;
  for (const node of nodes) {
    const own = weight(fnv1a(node), shard);
    if (own > highest || (own === highest && owner !== null && node < owner)) {
      highest = own;
      owner = node;
    }
  }
  return owner;
}

/** The owner of every shard, by shard number. */
export function placementTable(nodes: readonly string[], shards: number): readonly (string | null)[] {
  return Array.from({ length: shards }, (_, shard) => ownerOf(shard, nodes));
}
