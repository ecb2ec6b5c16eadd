/** A promise with the means to settle it. Lives in the heap: who waits across an upgrade of this vat is told by the kernel. */
export type Kit<Value> = {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value | PromiseLike<Value>) => void;
  readonly reject: (reason: unknown) => void;
};

export const makeKit = <Value>(): Kit<Value> => {
  let settle: Pick<Kit<Value>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error('a promise did not run its executor');
  // Who waits for it hears; that nobody does is no accident.
  promise.catch(() => {});
  return { promise, ...settle };
};
