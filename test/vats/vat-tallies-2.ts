import { Far, prepareExoClass, provideDurableMapStore, type BuildRootObject } from '@cooperage/vat';
import { M } from '@endo/patterns';

const TallyI = M.interface('Tally', {
  add: M.call(M.number()).returns(M.number()),
  read: M.call().returns(M.string()),
});

/** The second version: what is read says whose it is, and there is a sum. */
export const buildRootObject: BuildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const makeTally = prepareExoClass(baggage, 'tally', TallyI, (label: string) => ({ label, count: 0 }), {
    add(by: number) {
      this.state.count += by;
      return this.state.count;
    },
    read() {
      return `${this.state.label}: ${this.state.count}`;
    },
  });
  const tallies = provideDurableMapStore<string, ReturnType<typeof makeTally>>(baggage, 'tallies');
  return Far('tallies', {
    open: (label: string) => {
      if (!tallies.has(label)) tallies.init(label, makeTally(label));
      return tallies.get(label);
    },
    labels: () => [...tallies.keys()],
    readAll: () => [...tallies.values()].map(tally => tally.read()),
  });
};
