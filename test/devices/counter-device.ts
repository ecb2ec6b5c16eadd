/** A device that counts, keeps things, and wakes whoever registered, when the host says what time it is. */
import type { DeviceMethods, DevicePowers } from '@cooperage/host/devices/device-source';

type Endowments = { readonly calls?: string[]; readonly put?: (text: string) => void };

export const makeDevice = (powers: DevicePowers<{ readonly start: number }, Endowments | undefined>): DeviceMethods => {
  const { parameters, endowments, state, send, whenDurable, defineNode, defineInput } = powers;
  const note = (what: string): void => void endowments?.calls?.push(what);
  const read = (key: string): number => (state.get(key) as number | undefined) ?? parameters.start;
  const provideTally = defineNode('tally', id => ({
    getName: () => id,
    increment: (by = 1) => {
      state.set(`tally ${id}`, read(`tally ${id}`) + by);
      return read(`tally ${id}`);
    },
  }));
  defineInput('poll', (now: bigint) => {
    const due = (state.get('waiting') ?? []) as readonly object[];
    for (const handler of due) send(handler, 'wake', [now]);
    state.delete('waiting');
    return due.length;
  });
  defineInput('give', (thing: object) => void state.set('given', thing));
  return {
    increment: () => {
      note('increment');
      state.set('count', read('count') + 1);
      const count = read('count');
      whenDurable(() => endowments?.put?.(`count is ${count}`));
      return count;
    },
    read: () => read('count'),
    getTally: (name: string) => provideTally(name),
    keep: (thing: unknown) => void state.set('kept', thing),
    getKept: () => state.get('kept'),
    getGiven: () => state.get('given'),
    drop: () => state.delete('kept'),
    listKeys: () => state.keys(),
    wait: (handler: object) => void state.set('waiting', [...((state.get('waiting') ?? []) as readonly object[]), handler]),
    halfway: () => {
      state.set('count', 1_000);
      throw new RangeError('only half way');
    },
    promise: () => Promise.resolve(1),
    echo: (...args: unknown[]) => args,
    look: () => {},
  };
};
