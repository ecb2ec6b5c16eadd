/**
 * Keeps rejections that a vat leaves unhandled from ending the host process.
 *
 * Node emits `unhandledRejection` when the microtask queue has drained, so what a delivery leaves unhandled is reported before the
 * delivery ends. While deliveries run, this listener takes the place of all others; a host's own listener would else stop
 * the process for what a vat did, and Node stops it when there is none. Between deliveries the process is as its owner made it.
 */
type Listener = (reason: unknown, promise: Promise<unknown>) => void;

const running = new Set<{ readonly report: (reason: unknown) => void }>();
let displaced: Listener[] = [];

const listen: Listener = reason => {
  for (const { report } of running) report(reason);
};

/** From now until the returned function is called, unhandled rejections are told to `report`. */
export const guardRejections = (report: (reason: unknown) => void): (() => void) => {
  const guard = { report };
  if (running.size === 0) {
    displaced = process.rawListeners('unhandledRejection') as Listener[];
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', listen);
  }
  running.add(guard);
  return () => {
    if (!running.delete(guard) || running.size > 0) return;
    process.removeListener('unhandledRejection', listen);
    for (const listener of displaced) process.on('unhandledRejection', listener);
    displaced = [];
  };
};
