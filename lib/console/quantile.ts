/**
 * The value below which a share of the observations lies, by counts per bucket: evenly spread within its bucket, as
 * `histogram_quantile` of Prometheus has it (https://prometheus.io/docs/prometheus/latest/querying/functions/).
 *
 * @param bounds upper bounds, ascending
 * @param counts one a bucket, not cumulative; the last one is of what is above all bounds, and counts as the highest bound
 * @returns NaN when there are none
 */
export function quantile(bounds: readonly number[], counts: ArrayLike<number>, share: number): number {
  let all = 0;
  for (let at = 0; at <= bounds.length; at += 1) all += counts[at] || 0;
  if (!(all > 0)) return NaN;
  const rank = share * all;
  let below = 0;
  for (const [at, bound] of bounds.entries()) {
    const count = counts[at] || 0;
    if (count > 0 && below + count >= rank) {
      const from = at === 0 ? 0 : (bounds[at - 1] ?? 0);
      return from + (bound - from) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? NaN;
}
