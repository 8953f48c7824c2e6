/**
 * Asks the log of news, many users at once. A lone question leaves at once; while `WINDOW` calls are under way, what
 * comes gathers and shares the next one.
 */
import type { News, NewsPosition } from '../ports/news.ts';
import type { UuidKey } from '../uuid.ts';

/** Since where; null: only where the user's news are now. */
export type Question = readonly [user: UuidKey, since: Pick<NewsPosition, 'number' | 'at'> | null];

/** What the log knows of one user. Plain data: it crosses nodes as CBOR. */
export interface Answer {
  /** The news after the position asked for, ascending; `reset`: some of them are forgotten. */
  readonly news: readonly News[] | 'reset';
  /** Up to where the answer goes. */
  readonly number: number;
  /** Whether there are more behind that number. */
  readonly more: boolean;
}

/** Answers in the order of the questions. */
export type ReadNews = (questions: readonly Question[]) => Promise<readonly Answer[]>;

interface Waiting {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

const WINDOW = 2;
/** Questions in one call. */
const BATCH = 300;

export class NewsReader {
  readonly #read: ReadNews;
  #waiting: Waiting[] = [];
  #underway = 0;

  constructor(read: ReadNews) {
    this.#read = read;
  }

  /** @throws whatever the call failed with */
  ask(...question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#underway < WINDOW && this.#waiting.length > 0) {
      this.#underway += 1;
      void this.#call(this.#waiting.splice(0, BATCH)).finally(() => {
        this.#underway -= 1;
        this.#next();
      });
    }
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#read(batch.map(({ question }) => question));
      batch.forEach(({ resolve, reject }, at) => {
        const answer = answers[at];
        if (answer === undefined) reject(new TypeError('the log answered fewer questions than were asked'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
