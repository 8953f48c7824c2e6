/**
 * Looks for implausible play: of users who just played or achieved something, some minutes later. Several nodes may run it:
 * each takes users that no other has.
 */
import type { Service, ServiceBroker, ServiceSchema } from 'moleculer';
import { chore, type Chore } from './chore.ts';
import { RULE_NAMES } from '../lib/anticheat/finding.ts';
import { countDue, countOpen } from '../lib/anticheat/findings.ts';
import { reviewDue, type ReviewReport } from '../lib/anticheat/review.ts';
import { queueReviews, type ReviewMarks } from '../lib/anticheat/reviews.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import {
  ANTICHEAT_METRICS,
  FINDINGS_FOUND,
  FINDINGS_OPEN,
  REVIEWS_DONE,
  REVIEWS_DUE,
  REVIEWS_FAILED,
} from '../lib/telemetry/anticheat-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';

export interface AnticheatDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
  /** Users whom events of this process were about. */
  readonly marks: ReviewMarks;
}

const MARK_MS = 1_000;
const REVIEW_MS = 5_000;
const OBSERVE_MS = 60_000;
/** After a failure; the work waits. */
const RETRY_MS = 10_000;
/** Users looked at in one run, which a stop waits for. */
const PER_RUN = 500;

export function anticheatService({ database: { db }, clock, marks }: AnticheatDeps): ServiceSchema {
  let chores: readonly Chore[] = [];

  const mark = (): Promise<void> => marks.write((users) => queueReviews(db, users, clock.now()));

  async function review({ metrics }: ServiceBroker, logger: Service['logger']): Promise<ReviewReport> {
    const report = await reviewDue(db, clock.now(), PER_RUN, (error) => {
      metrics.increment(REVIEWS_FAILED);
      logger.error({ msg: "a user's play could not be looked at", error: String(error) });
    });
    metrics.increment(REVIEWS_DONE, undefined, report.users);
    for (const [rule, times] of Object.entries(report.found)) metrics.increment(FINDINGS_FOUND, { rule }, times);
    return report;
  }

  async function observe({ metrics }: ServiceBroker): Promise<number> {
    const open = await countOpen(db);
    for (const rule of RULE_NAMES) metrics.set(FINDINGS_OPEN, open.get(rule) ?? 0, { rule });
    metrics.set(REVIEWS_DUE, await countDue(db, clock.now()));
    return OBSERVE_MS;
  }

  return {
    name: 'anticheat',
    actions: {
      /** Looks at those who are due, at once. */
      review: {
        visibility: 'public',
        handler(this: Service): Promise<ReviewReport> {
          return review(this.broker, this.logger);
        },
      },
    },
    started(this: Service) {
      const { broker, logger } = this;
      registerMetrics(broker, ANTICHEAT_METRICS);
      const failed = (msg: string) => (error: unknown) => logger.warn({ msg, error: String(error) });
      chores = [
        chore(clock, async () => (await mark(), MARK_MS), failed('nobody could be marked for a review'), RETRY_MS),
        chore(
          clock,
          async () => ((await review(broker, logger)).more ? 0 : REVIEW_MS),
          failed('play could not be looked at'),
          RETRY_MS,
        ),
        chore(clock, () => observe(broker), failed('findings could not be counted'), OBSERVE_MS),
      ];
      for (const each of chores) each.start();
    },
    async stopped(this: Service) {
      await Promise.all(chores.map((each) => each.stop()));
      await mark().catch((error: unknown) =>
        this.logger.warn({ msg: 'those who just played will be looked at when they play again', error: String(error) }),
      );
    },
  };
}
