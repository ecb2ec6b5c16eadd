import { Far, M, prepareExoClass, provideDurableMapStore, type BuildRootObject } from '@cooperage/vat';

const TallyI = M.interface('Tally', {
  add: M.call(M.number()).returns(M.number()),
  read: M.call().returns(M.number()),
});

export const buildRootObject: BuildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const makeTally = prepareExoClass(baggage, 'tally', TallyI, (label: string) => ({ label, count: 0 }), {
    add(by: number) {
      this.state.count += by;
      return this.state.count;
    },
    read() {
      return this.state.count;
    },
  });
  const tallies = provideDurableMapStore<string, ReturnType<typeof makeTally>>(baggage, 'tallies');
  return Far('tallies', {
    open: (label: string) => {
      if (!tallies.has(label)) tallies.init(label, makeTally(label));
      return tallies.get(label);
    },
    labels: () => [...tallies.keys()],
  });
};
