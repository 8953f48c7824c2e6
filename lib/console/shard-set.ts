/** A set of shards as text, a bit each: 256 characters for 1024. */
export function packShards(shards: Iterable<number>, total: number): string {
  const bits = new Uint8Array(Math.ceil(total / 8));
  for (const shard of shards) if (shard < total) bits[shard >> 3] = (bits[shard >> 3] ?? 0) | (1 << (shard & 7));
  return Buffer.from(bits.buffer).toString('hex');
}

/** Numbers in ascending order. */
export function unpackShards(packed: string): readonly number[] {
  const shards: number[] = [];
  Buffer.from(packed, 'hex').forEach((bits, at) => {
    for (let bit = 0; bit < 8; bit += 1) if ((bits & (1 << bit)) !== 0) shards.push(at * 8 + bit);
  });
  return shards;
}
