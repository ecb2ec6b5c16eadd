/**
 * How much memory the process has at most, also while a crank runs and nothing else in this thread does: a thread of its own looks every
 * few milliseconds.
 */
import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 5;

const WATCH = `
  const { workerData } = require('node:worker_threads');
  const peak = new Int32Array(workerData);
  setInterval(() => Atomics.store(peak, 0, Math.max(Atomics.load(peak, 0), process.memoryUsage.rss() / 2 ** 20)), ${LOOK_EVERY_MS});
`;

export type MemoryWatch = {
  /** Most megabytes since the last call. */
  readonly takePeakMb: () => number;
  readonly stop: () => Promise<number>;
};

export const watchMemory = (): MemoryWatch => {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const peak = new Int32Array(shared);
  const worker = new Worker(WATCH, { eval: true, workerData: shared, execArgv: [] });
  return {
    takePeakMb: () => Math.max(Atomics.exchange(peak, 0, 0), Math.round(process.memoryUsage.rss() / 2 ** 20)),
    stop: () => worker.terminate(),
  };
};
