/**
 * For a moment, liveslots stops holding what it holds for others, and says instead what leads to what, in terms of the nodes that the
 * kernel gave: then the collector sees the edges between vats as if they were edges of the heap, and finds every cycle. What survives is
 * held again. Nothing of the vat runs meanwhile, and nothing is lost but what nothing could ever reach.
 *
 * Names that are not suspect stay as they are: their nodes are alive.
 */
import { isImportVRef, parseVRef, type VRef } from '@cooperage/protocol/refs';
import { ALIVE, type SuspectName } from '@cooperage/protocol/suspect-world';
import type { VatSpace } from '../space.ts';
import type { Fasten, Links } from './links.ts';

const loosenExport = ({ exports, watch }: VatSpace, { ref, node }: SuspectName, links: Links): Fasten => {
  const vref = ref as VRef;
  const value = watch.find(vref);
  if (value === undefined) return () => {};
  links.lead(value, node);
  if (!exports.isHeld(vref)) return () => {};
  links.hold(node, value);
  exports.loosen(vref);
  return () => exports.fasten(vref);
};

const loosenPromise = ({ promises }: VatSpace, { ref, node, settling }: SuspectName, links: Links): Fasten => {
  const vpid = ref as VRef;
  const record = promises.find(vpid);
  if (settling === undefined) return () => {};
  if (record === undefined) {
    return isAlive => {
      if (node !== ALIVE && settling !== ALIVE && !isAlive(node) && !isAlive(settling)) promises.lose(vpid);
    };
  }
  if (node !== ALIVE) links.lead(record.promise, node);
  if (settling === ALIVE) return () => {};
  if (record.decider === 'vat') links.lead(record.promise, settling);
  else links.hold(settling, record);
  return promises.loosen(vpid);
};

const loosenName = (space: VatSpace, name: SuspectName, links: Links): Fasten => {
  const { ref, node } = name;
  const parsed = parseVRef(ref);
  if (parsed === undefined) {
    const promise = space.pins.findPromise(ref);
    if (promise === undefined) return () => {};
    links.hold(node, promise);
    return space.pins.loosen(ref);
  }
  if (parsed.kind === 'promise') return loosenPromise(space, name, links);
  const isHeapObject = parsed.durability === 'ephemeral' && !isImportVRef(ref as VRef);
  if (isHeapObject) return loosenExport(space, name, links);
  const inMemory = space.watch.find(ref);
  if (inMemory !== undefined) links.lead(inMemory, node);
  return () => {};
};

/** Loosens what the names stand for; call what it returns when the collection is over. */
export const loosen = (space: VatSpace, names: readonly SuspectName[], links: Links): Fasten => {
  const nodes = new Map(names.map(({ ref, node }) => [ref, node]));
  const fastenEntries = space.recognizers.loosenEntries(vref => {
    const node = nodes.get(parseVRef(vref)?.baseRef ?? vref);
    return node === ALIVE ? undefined : node;
  }, links);
  const fastenings = names.map(name => loosenName(space, name, links));
  return isAlive => {
    for (const fasten of fastenings) fasten(isAlive);
    fastenEntries(isAlive);
  };
};
