// Many durable objects in one durable map. Each message does so many steps, on items that follow from its arguments.
import { Far } from '@endo/far';

const { defineDurableKind, makeKindHandle, makeScalarBigMapStore } = globalThis.VatData;

const provide = (baggage, key, make) => {
  if (!baggage.has(key)) baggage.init(key, make());
  return baggage.get(key);
};

export const buildRootObject = (_vatPowers, _parameters, baggage) => {
  const shelfHandle = provide(baggage, 'shelf handle', () => makeKindHandle('shelf'));
  const itemHandle = provide(baggage, 'item handle', () => makeKindHandle('item'));
  const items = provide(baggage, 'items', () => makeScalarBigMapStore('items', { durable: true }));
  const makeShelf = defineDurableKind(shelfHandle, number => ({ number }), { getNumber: ({ state }) => state.number });
  const makeItem = defineDurableKind(itemHandle, (number, shelf) => ({ number, shelf, note: `item ${number}` }), {
    getNumber: ({ state }) => state.number,
    getShelf: ({ state }) => state.shelf,
    setNote: ({ state }, note) => {
      state.note = note;
    },
  });
  // Numbers without a pattern, the same in every run.
  const pick = (step, size) => (Math.imul(step + 1, 0x9e3779b1) >>> 0) % size;
  let walk;
  return Far('archive', {
    create: (from, count) => {
      const shelf = makeShelf(from);
      for (let i = from; i < from + count; i += 1) items.init(i, makeItem(i, shelf));
    },
    read: (from, count, size) => {
      let sum = 0;
      for (let i = from; i < from + count; i += 1) sum += items.get(pick(i, size)).getNumber();
      return sum;
    },
    // The same of the upper half.
    readUpper: (from, count, size) => {
      let sum = 0;
      for (let i = from; i < from + count; i += 1) sum += items.get(size / 2 + pick(i, size / 2)).getNumber();
      return sum;
    },
    update: (from, count, size) => {
      for (let i = from; i < from + count; i += 1) items.get(pick(i, size)).setNote(`changed at step ${i}`);
    },
    // As many entries as asked for, from where the last call stopped.
    walkSome: count => {
      walk ??= items.values()[Symbol.iterator]();
      let sum = 0;
      for (let i = 0; i < count; i += 1) {
        const { value, done } = walk.next();
        if (done) {
          walk = undefined;
          return sum;
        }
        sum += value.getNumber();
      }
      return sum;
    },
    walkAll: () => {
      let sum = 0;
      for (const item of items.values()) sum += item.getNumber();
      return sum;
    },
    drop: (from, count) => {
      for (let i = from; i < from + count; i += 1) items.delete(i);
    },
    getSize: () => items.getSize(),
  });
};
