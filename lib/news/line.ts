/**
 * What one user's launchers at this node have heard: puts pushes and the log into one line of news without gaps and
 * without repetitions, and holds totals of playtime back that come too soon after one of the same game.
 *
 * Pure: every method is told the time. The invariants are those of DESIGN.md (N3-N6).
 */
import type { HeardNews, News, NewsPosition, ToldNews } from '../ports/news.ts';

/** Between two totals of a game, ms. */
export const TOTAL_EVERY_MS = 60_000;
/** A line that was not compared with the log for so long may miss what the log has forgotten. */
export const LINE_FRESH_MS = 300_000;
/** Numbers beyond a total that is held back which a position names; one more sends the total on its way. */
const MAX_BEYOND = 8;

type Numbered = News & { readonly number: number };

export class NewsLine {
  readonly #tell: (news: News) => void;
  #last: number;
  /** When it was known that nothing before the last number is missing. */
  #at: number;
  /** The total of each game that waits for its minute. */
  readonly #held = new Map<string, Numbered>();
  /** When each game's last total was told, while that is less than a minute ago. */
  readonly #totals = new Map<string, number>();
  /** Numbers told beyond the lowest one that is held. */
  #beyond: number[] = [];

  /**
   * @param tell is told each piece of news when `position` counts it as heard and nothing that comes behind it
   * @param number what came before does not belong to the line
   * @param at when the log had nothing above that number, ms since the Unix epoch
   */
  constructor(tell: (news: News) => void, number: number, at: number) {
    this.#tell = tell;
    this.#last = number;
    this.#at = at;
  }

  get last(): number {
    return this.#last;
  }

  get at(): number {
    return this.#at;
  }

  /** Whether something is held back. */
  get holds(): boolean {
    return this.#held.size > 0;
  }

  /** News that were pushed. False: something is missing before them, and nothing was told; the log has all of it. */
  push(news: ToldNews, now: number): boolean {
    const { number, after } = news;
    if (number === null || after === null) {
      this.#tell(news);
      return true;
    }
    if (number <= this.#last) return true;
    if (after > this.#last || now - this.#at > LINE_FRESH_MS) return false;
    this.#at = now;
    this.#take({ ...news, number }, now);
    return true;
  }

  /**
   * What the log holds up to `number`. Returns how many of the news are new to the line.
   *
   * @param asked when the log was asked, ms since the Unix epoch
   */
  read(news: readonly News[], number: number, asked: number, now: number): number {
    this.#at = Math.max(this.#at, asked);
    let fresh = 0;
    for (const one of news) {
      if (one.number === null || one.number <= this.#last) continue;
      this.#take({ ...one, number: one.number }, now);
      fresh += 1;
    }
    this.#last = Math.max(this.#last, number);
    return fresh;
  }

  /** Begins anew: what was missed is forgotten, and what is held back is old. */
  reset(number: number, at: number): void {
    this.#last = Math.max(this.#last, number);
    this.#at = at;
    this.#held.clear();
    this.#beyond = [];
  }

  /** Tells the totals whose minute is over. */
  release(now: number): void {
    this.#forgetMinutes(now);
    for (const [game] of this.#inOrder()) if (!this.#totals.has(game)) this.#letGo(game, now);
  }

  /** Where somebody goes on from who joined the line behind `joined` and heard everything told since. */
  position(joined: number): NewsPosition {
    const at = this.#at;
    const held = this.#lowestHeld(joined);
    if (held === null) return { number: Math.max(joined, this.#last), heard: [], at };
    return { number: held - 1, heard: this.#beyond.filter((number) => number > held), at };
  }

  #take(news: Numbered, now: number): void {
    this.#last = news.number;
    const game = totalOf(news);
    if (game !== null) {
      this.#forgetMinutes(now);
      if (this.#totals.has(game)) {
        this.#held.set(game, news);
        return this.#trim();
      }
      this.#held.delete(game);
      this.#totals.set(game, now);
    }
    this.#beyond.push(news.number);
    this.#trim();
    this.#tell(news);
    const [oldest] = this.#inOrder();
    if (oldest !== undefined && this.#beyond.length > MAX_BEYOND) this.#letGo(oldest[0], now);
  }

  #letGo(game: string, now: number): void {
    const news = this.#held.get(game);
    if (news === undefined) return;
    this.#held.delete(game);
    this.#totals.set(game, now);
    this.#beyond.push(news.number);
    this.#beyond.sort((a, b) => a - b);
    this.#trim();
    this.#tell(news);
  }

  #forgetMinutes(now: number): void {
    for (const [game, at] of this.#totals) if (now - at >= TOTAL_EVERY_MS) this.#totals.delete(game);
  }

  #inOrder(): readonly (readonly [game: string, held: Numbered])[] {
    return [...this.#held].sort(([, a], [, b]) => a.number - b.number);
  }

  /** Forgets numbers that nothing is held before. */
  #trim(): void {
    const held = this.#lowestHeld(0);
    this.#beyond = held === null ? [] : this.#beyond.filter((number) => number > held);
  }

  #lowestHeld(above: number): number | null {
    let lowest: number | null = null;
    for (const { number } of this.#held.values()) {
      if (number > above && (lowest === null || number < lowest)) lowest = number;
    }
    return lowest;
  }
}

/**
 * What somebody missed who had heard up to `from`: without what was heard beyond it, and of each game's totals only the
 * last one.
 */
export function missedSince(from: NewsPosition, news: readonly News[], at: number): readonly HeardNews[] {
  const totals = new Map<string, News>();
  for (const one of news) {
    const game = totalOf(one);
    if (game !== null) totals.set(game, one);
  }
  const missed = news.filter(({ number }) => number === null || !from.heard.includes(number));
  const told = missed.filter((one) => {
    const game = totalOf(one);
    return game === null || totals.get(game) === one;
  });
  let number = from.number;
  return told.map((one) => {
    number = one.number ?? number;
    return { news: one, position: { number, heard: from.heard.filter((other) => other > number), at } };
  });
}

/** The game whose total the news tell; null for all other news. */
function totalOf({ event, data }: News): string | null {
  return event === 'playtime.updated' && data['change'] === 'total' ? String(data['game_id']) : null;
}
