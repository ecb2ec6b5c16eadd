/**
 * The output gate: what leaves the kernel waits until the block that caused it is durable (I21). The controller holds answers here;
 * the kernel's commit opens the gate; what was held when a block is lost never leaves.
 */
export class OutputGate {
  #held: (() => void)[] = [];

  /** Lets `release` run with the next durable block. */
  hold(release: () => void): void {
    this.#held.push(release);
  }

  /** Everything so far is durable. */
  open(): void {
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }

  /** The block that would have let these out is lost. */
  discard(): void {
    this.#held = [];
  }
}
