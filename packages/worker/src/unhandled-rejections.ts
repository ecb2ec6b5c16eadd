/**
 * Keeps rejections that a vat leaves unhandled from ending the host process.
 *
 * Node emits `unhandledRejection` when the microtask queue has drained, so what a delivery leaves unhandled is reported before
 * the delivery ends. While deliveries run, this listener takes the place of all others; a host's own listener would else stop the
 * process for what a vat did, and Node stops it when there is none. Between deliveries the process is as its owner made it.
 *
 * Limit: Node does not say whose promise it was. A rejection of the host's own that goes unhandled while a delivery runs is told
 * to the vat's console as well, and stops nothing.
 */
type Listener = (reason: unknown, promise: Promise<unknown>) => void;

const running = new Set<{ readonly report: (reason: unknown) => void }>();
let displaced: Listener[] = [];

const listen: Listener = reason => {
  for (const { report } of running) report(reason);
};

/** A rejection that a vat handles late is no more the host's business than one that it never handles. */
const ignoreLateHandling = (): void => {};

/** From now until the returned function is called, unhandled rejections are told to `report`. */
export const guardRejections = (report: (reason: unknown) => void): (() => void) => {
  const guard = { report };
  if (running.size === 0) {
    displaced = process.rawListeners('unhandledRejection') as Listener[];
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', listen);
    process.on('rejectionHandled', ignoreLateHandling);
  }
  running.add(guard);
  return () => {
    if (!running.delete(guard) || running.size > 0) return;
    process.removeListener('unhandledRejection', listen);
    process.removeListener('rejectionHandled', ignoreLateHandling);
    for (const listener of displaced) process.on('unhandledRejection', listener);
    displaced = [];
  };
};
