/**
 * What is remembered for one delivery and no longer: each table that does so says here how it ends. So what is remembered follows
 * from the delivery itself, and nothing of it keeps garbage alive until the next.
 */
export class DeliveryEnd {
  readonly #actions: (() => void)[] = [];

  /** `act` runs when a delivery ends, before its rows are written: it writes what it has kept back, and forgets. */
  register(act: () => void): void {
    this.#actions.push(act);
  }

  run(): void {
    for (const act of this.#actions) act();
  }
}
