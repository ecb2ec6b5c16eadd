/**
 * Keeps rejections that a vat leaves unhandled from ending the host process.
 *
 * Node emits `unhandledRejection` when the microtask queue has drained, so what a delivery leaves unhandled is reported before
 * the delivery ends. While deliveries run, this listener takes the place of all others; a host's own listener would else stop the
 * process for what a vat did, and Node stops it when there is none. When no delivery follows at once, the process is as its owner made
 * it again before Node reports anything: after the microtasks come the ticks, and then the rejections.
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

/** In place of the host's listeners. */
let isListening = false;

const takeOver = (): void => {
  if (isListening) return;
  isListening = true;
  displaced = process.rawListeners('unhandledRejection') as Listener[];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listen);
  process.on('rejectionHandled', ignoreLateHandling);
};

/**
 * The host's listeners are in place again, unless a delivery runs. To change listeners costs more than a small delivery does, so ours
 * stay from one to the next.
 */
export const giveBack = (): void => {
  if (!isListening || running.size > 0) return;
  isListening = false;
  // A host that has removed all listeners meanwhile wants none of its old ones.
  const isWanted = process.rawListeners('unhandledRejection').includes(listen);
  process.removeListener('unhandledRejection', listen);
  process.removeListener('rejectionHandled', ignoreLateHandling);
  if (isWanted) for (const listener of displaced) process.on('unhandledRejection', listener);
  displaced = [];
};

/** From now until the returned function is called, unhandled rejections are told to `report`. */
export const guardRejections = (report: (reason: unknown) => void): (() => void) => {
  const guard = { report };
  takeOver();
  running.add(guard);
  return () => {
    if (running.delete(guard) && running.size === 0) process.nextTick(giveBack);
  };
};
