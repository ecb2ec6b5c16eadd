/** What a simulation throws: the world is not as the oracle says, or the kernel stopped. */
export class SimulationFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SimulationFailure';
  }
}
