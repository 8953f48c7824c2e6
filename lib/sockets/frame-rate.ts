/** Counts the frames of one socket by the second. */
export class FrameRate {
  #second = 0;
  #frames = 0;

  /**
   * Counts one more. `refused`: above what is allowed; `flood`: above twice as many, so that whoever was warned by
   * refusals and goes on is known.
   *
   * @param now ms since the Unix epoch
   */
  count(now: number, allowed: number): 'allowed' | 'refused' | 'flood' {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#frames = 0;
    }
    this.#frames += 1;
    if (this.#frames <= allowed) return 'allowed';
    return this.#frames > 2 * allowed ? 'flood' : 'refused';
  }
}
