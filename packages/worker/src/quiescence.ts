/** Turns of the macrotask queue. A vat that has no timers and no I/O has no agency left when one has passed. */
const { setImmediate } = globalThis;

/** Resolves after every microtask that is queued now and every one that those queue. */
export const nextMacrotask = (): Promise<void> =>
  new Promise(resolve => {
    setImmediate(resolve);
  });

export const macrotasks = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await nextMacrotask();
};
