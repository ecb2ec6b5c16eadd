/** One thing at a time, in the order of asking: host code may call the kernel concurrently, the kernel never notices. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether anything runs or waits. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs `work` when all that was asked before is done, however that ended. */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#waiting += 1;
    const result = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = result.catch(() => {});
    return result;
  }
}
