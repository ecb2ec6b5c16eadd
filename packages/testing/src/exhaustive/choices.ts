/** The choices that one act leaves open, walked through one combination after the other. The first is always the choice to let go. */

export class Choices {
  #path: number[] = [];
  #limits: number[] = [];
  #made = 0;

  /** Which of `count` possibilities is taken this time. */
  choose(count: number): number {
    const index = this.#made;
    this.#made += 1;
    const chosen = this.#path[index];
    if (chosen !== undefined) return chosen;
    this.#path.push(0);
    this.#limits.push(count);
    return 0;
  }

  /** Whether every choice so far was the first. */
  get isFirst(): boolean {
    return this.#path.every(chosen => chosen === 0);
  }

  /** Moves on to the next combination; false when all have been taken. */
  advance(): boolean {
    this.#made = 0;
    while (this.#path.length > 0) {
      const last = (this.#path.pop() as number) + 1;
      if (last < (this.#limits.at(-1) as number)) {
        this.#path.push(last);
        return true;
      }
      this.#limits.pop();
    }
    return false;
  }
}
