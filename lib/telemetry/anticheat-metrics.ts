import type { MetricGroup } from './metric.ts';
import { RULE_NAMES } from '../anticheat/finding.ts';

export const FINDINGS_OPEN = 'library.findings.open';
export const FINDINGS_FOUND = 'library.findings.found.total';
export const REVIEWS_DONE = 'library.findings.reviews.total';
export const REVIEWS_FAILED = 'library.findings.reviews.failures.total';
export const REVIEWS_DUE = 'library.findings.reviews.due';

const BY_RULE = RULE_NAMES.map((rule) => ({ rule }));

/** Of those nodes that look for implausible play; the gauges tell of the whole cluster, each node the same. */
export const ANTICHEAT_METRICS = {
  [FINDINGS_OPEN]: { type: 'gauge', help: 'Findings of implausible play that nobody has decided', labels: ['rule'] },
  [FINDINGS_FOUND]: { type: 'counter', help: 'Findings that were not known before', labels: ['rule'], begins: BY_RULE },
  [REVIEWS_DONE]: { type: 'counter', help: 'Users whose play was looked at' },
  [REVIEWS_FAILED]: { type: 'counter', help: 'Users whose play could not be looked at and waits for another hour' },
  [REVIEWS_DUE]: { type: 'gauge', help: 'Users whose play should have been looked at by now' },
} as const satisfies MetricGroup;
