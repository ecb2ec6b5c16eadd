/**
 * What goes wrong in a simulation, and when: a crash at some moment inside a crank, a worker that fails at some delivery. A crash is a
 * `SimulatedCrash` that no part of the kernel may catch; the host then goes on from what had been committed.
 */
import type { SlogEvent } from '@cooperage/kernel/observe/slog';

export class SimulatedCrash extends Error {}

/** 'before': the worker never takes the delivery; 'after': it is lost when the vat has done all of it. */
export type WorkerFault = 'before' | 'after';

/** Moments that come in every play of a scenario, whoever is in memory. */
const COUNTED = new Set<SlogEvent['type']>(['crank-start', 'deliver', 'syscall', 'deliver-result', 'crank-finish', 'commit']);
/** Of these the ones that come from the kernel itself: what is thrown elsewhere would pass through a vat. */
const OPEN = new Set<SlogEvent['type']>(['crank-start', 'deliver', 'deliver-result', 'crank-finish', 'commit']);

export class Mishaps {
  readonly #onDeath: () => void;
  #eventsLeft: number | undefined;
  #deliveriesLeft: number | undefined;
  #fault: WorkerFault = 'before';
  #dying = false;

  /** `onDeath` is called at the very moment, with whatever is half done. */
  constructor(onDeath: () => void) {
    this.#onDeath = onDeath;
  }

  crashAfter(events: number): void {
    this.#eventsLeft = events;
  }

  failAfter(deliveries: number, fault: WorkerFault): void {
    this.#deliveriesLeft = deliveries;
    this.#fault = fault;
  }

  /** Nothing more goes wrong. */
  end(): void {
    this.#eventsLeft = undefined;
    this.#deliveriesLeft = undefined;
    this.#dying = false;
  }

  /** Hears what the kernel does. May throw. */
  listen({ type }: SlogEvent): void {
    if (this.#eventsLeft !== undefined && COUNTED.has(type)) {
      if (this.#eventsLeft === 0) {
        this.#eventsLeft = undefined;
        this.die();
      } else this.#eventsLeft -= 1;
    }
    if (OPEN.has(type)) this.insistAlive();
  }

  die(): void {
    this.#dying = true;
    this.#onDeath();
  }

  /** Whoever is dead commits nothing. */
  insistAlive(): void {
    if (this.#dying) throw new SimulatedCrash('the host dies');
  }

  /** Asked once for every delivery that is no replay. */
  takeFault(): WorkerFault | undefined {
    if (this.#deliveriesLeft === undefined) return undefined;
    if (this.#deliveriesLeft > 0) {
      this.#deliveriesLeft -= 1;
      return undefined;
    }
    this.#deliveriesLeft = undefined;
    return this.#fault;
  }
}
