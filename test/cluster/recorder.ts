import { isUnknown, type Exchange } from './exchange.ts';

/** The history of one round as it comes about. */
export class Recorder {
  readonly exchanges: Exchange[] = [];
  readonly #underway = new Map<symbol, number>();
  #lastFailureAt = 0;

  /** Counts a request as under way; the function returned says that it no longer is. */
  began(at: number): () => void {
    const request = Symbol();
    this.#underway.set(request, at);
    return () => this.#underway.delete(request);
  }

  add(exchange: Exchange): void {
    this.exchanges.push(exchange);
    if (isUnknown(exchange)) this.#lastFailureAt = exchange.returnedAt;
  }

  /** Whether for `ms` no request has failed, and none has been waiting for longer. */
  calm(now: number, ms: number): boolean {
    return now - this.#lastFailureAt > ms && [...this.#underway.values()].every((at) => now - at < ms);
  }
}
