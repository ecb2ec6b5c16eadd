/**
 * CPU time of cranks by what the kernel says of itself: from the delivery to the end of the crank, so without the collection before a
 * BOYD.
 */
import type { KernelOptions } from 'cooperage';

type SlogEvent = Parameters<Extract<NonNullable<KernelOptions['slog']>, (event: never) => void>>[0];

export type LongestCrank = { readonly ms: number; readonly syscalls: number };

const NONE: LongestCrank = { ms: 0, syscalls: 0 };

export class CrankTimes {
  #longest = NONE;
  #began: NodeJS.CpuUsage | undefined;
  #syscalls = 0;

  readonly slog = (event: SlogEvent): void => {
    if (event.type === 'crank-start' || event.type === 'deliver') {
      this.#began = process.cpuUsage();
      this.#syscalls = 0;
    } else if (event.type === 'syscall') this.#syscalls += 1;
    else if (event.type === 'crank-finish' && this.#began !== undefined) {
      const { user, system } = process.cpuUsage(this.#began);
      const ms = (user + system) / 1000;
      if (ms > this.#longest.ms) this.#longest = { ms, syscalls: this.#syscalls };
      // Inputs of the host end cranks that nobody began.
      this.#began = undefined;
    }
  };

  /** The longest one since the last call. */
  takeLongest(): LongestCrank {
    const longest = this.#longest;
    this.#longest = NONE;
    return longest;
  }
}
