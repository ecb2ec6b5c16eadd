/** Whether earlier incarnations may have left virtual data: from the start of an incarnation after the first until it is swept. */
export class DueSweep {
  #isDue = false;

  /** There was an earlier incarnation. */
  begin(): void {
    this.#isDue = true;
  }

  /** Nothing is left. */
  end(): void {
    this.#isDue = false;
  }

  get isDue(): boolean {
    return this.#isDue;
  }
}
