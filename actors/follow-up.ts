import type { Correspondence } from './correspondence.ts';
import type { Answer, Envelope } from './envelope.ts';
import type { Flushed, Flusher } from './flusher.ts';
import type { Command } from './messages.ts';
import type { Shard } from './shard.ts';
import type { TracedTurn } from './turn-tracing.ts';

/** Commands that are not over with the commit. */
const FOLLOWED_UP: ReadonlySet<Command['kind']> = new Set(['flush', 'erase', 'attend', 'leave', 'tell']);

/** A flush that moves on with its shard is asked for again where that is now: writing twice is the same as once. */
const NOT_FLUSHED: Readonly<Record<Exclude<Flushed, 'written'>, Answer>> = {
  late: { kind: 'unavailable', reason: 'not flushed in time' },
  let_go: { kind: 'not_owner', owner: null },
};

type Settle = (answer: Answer) => void;

/** What some commands have left to do when the commit of their turn is through, before the answer may leave. */
export class FollowUp {
  readonly #flusher: Flusher;
  readonly #correspondence: Correspondence;

  constructor(flusher: Flusher, correspondence: Correspondence) {
    this.#flusher = flusher;
    this.#correspondence = correspondence;
  }

  /** What to do with what came of the commit of a turn that was answered with `answer`. */
  after(shard: Shard, envelope: Envelope, answer: Answer, settle: Settle, traced: TracedTurn | null): Settle {
    if (!FOLLOWED_UP.has(envelope.command.kind)) return settle;
    return (committed) => {
      if (committed === answer) this.#carryOut(shard, envelope, answer, settle, traced);
      else settle(committed);
    };
  }

  #carryOut(
    shard: Shard,
    { user, command, deadline }: Envelope,
    answer: Answer,
    settle: Settle,
    traced: TracedTurn | null,
  ): void {
    switch (command.kind) {
      case 'flush':
        void this.#flusher
          .request(shard, user, deadline, traced)
          .then((outcome) => settle(outcome === 'written' ? answer : NOT_FLUSHED[outcome]));
        return;
      case 'erase':
        void this.#flusher.settled().then(() => settle(answer));
        return;
      default:
        this.#correspondence.attended(shard, user, command);
        settle(answer);
    }
  }
}
