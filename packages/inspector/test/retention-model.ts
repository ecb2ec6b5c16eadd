/**
 * Who keeps what in a random world, said forwards and straight from its facts: the edges, how far each node is from a root, and which
 * rings there are. Shares nothing with what it checks but the names of nodes.
 */
import type { Doubt, Holder } from '../src/why/edges.ts';
import {
  type Fact,
  importRef,
  krefOf,
  nameIn,
  ownRef,
  promiseRef,
  promiseVRef,
  type Target,
  thingAt,
  vatId,
  vatOfFact,
  type World,
} from './random-world.ts';

export type ModelEdge = { readonly from: string | null; readonly to: string; readonly doubt: Doubt };

export const nodeOf = (world: World, target: Target): string => {
  if ('promise' in target) return promiseRef(target.promise);
  const { vat, form } = thingAt(world, target.thing);
  return `${vatId(vat)} ${ownRef(target.thing, form)}`;
};

const settling = (promise: number): string => `${promiseRef(promise)}!`;
const heap = (vat: number): string => `heap ${vatId(vat)}`;
const baggage = (vat: number): string => `${vatId(vat)} o+d2/1`;

/** What a fact keeps by itself, whatever else is known. */
const edgesOfFact = (world: World, fact: Fact): ModelEdge[] => {
  const edge = (from: string | null, to: Target, doubt: Doubt = 'none'): ModelEdge => ({ from, to: nodeOf(world, to), doubt });
  switch (fact.type) {
    case 'pin':
    case 'parameter':
    case 'device':
      return [edge(null, fact.to)];
    case 'notify':
      return [edge(null, { promise: fact.promise })];
    case 'settled':
      return [edge(promiseRef(fact.promise), fact.to)];
    case 'message': {
      const from = fact.waitsFor === null ? null : settling(fact.waitsFor);
      const kept = [edge(from, fact.target), edge(from, fact.argument)];
      if (fact.result === null) return kept;
      return [...kept, edge(from, { promise: fact.result }), { from, to: settling(fact.result), doubt: 'none' }];
    }
    case 'cite':
      return [edge(nodeOf(world, { thing: fact.by }), { thing: fact.to })];
    case 'baggage':
      return [edge(baggage(fact.vat), { thing: fact.to })];
    case 'weak entry':
      return [edge(nodeOf(world, { thing: fact.by }), { thing: fact.to }, 'key')];
    case 'watcher':
      return [edge(null, { thing: fact.to })];
    case 'watch':
      return [
        edge(null, { thing: fact.to }),
        edge(null, { promise: fact.promise }),
        { from: null, to: settling(fact.promise), doubt: 'none' },
      ];
    default:
      return [];
  }
};

/** Things that a vat has in its c-list, or a promise, and whether it can use them. */
const importsOf = (world: World, vat: number): { things: Set<number>; promises: Set<number>; recognized: Set<number> } => {
  const [things, promises, recognized] = [new Set<number>(), new Set<number>(), new Set<number>()];
  const use = (thing: number): void => {
    if (thingAt(world, thing).vat !== vat) things.add(thing);
  };
  world.promises.forEach(({ decider }, promise) => {
    if (decider === vat) promises.add(promise);
  });
  for (const fact of world.facts) {
    if (vatOfFact(world, fact) !== vat) continue;
    if (fact.type === 'import') {
      if ('promise' in fact.to) promises.add(fact.to.promise);
      else if (fact.isWeak) recognized.add(fact.to.thing);
      else use(fact.to.thing);
    } else if ('to' in fact && typeof fact.to === 'number') use(fact.to);
    if (fact.type === 'watch') promises.add(fact.promise);
    if (fact.type === 'weak entry' && thingAt(world, fact.key).vat !== vat) recognized.add(fact.key);
  }
  return { things, promises, recognized };
};

/** Those that the kernel knows: of the heap, and what anybody but their vat names. */
const exportedThings = (world: World): Set<number> => {
  const exported = new Set<number>();
  world.things.forEach(({ form }, thing) => {
    if (form === 'heap') exported.add(thing);
  });
  for (const fact of world.facts) {
    const vat = vatOfFact(world, fact);
    const named: Target[] = [];
    if ('to' in fact) named.push(typeof fact.to === 'number' ? { thing: fact.to } : fact.to);
    if (fact.type === 'message') named.push(fact.target, fact.argument);
    if (fact.type === 'weak entry') named.push({ thing: fact.key });
    for (const target of named) if ('thing' in target && thingAt(world, target.thing).vat !== vat) exported.add(target.thing);
  }
  return exported;
};

const isCitedIn = (world: World, vat: number, thing: number): boolean =>
  world.facts.some(fact => fact.type !== 'import' && vatOfFact(world, fact) === vat && 'to' in fact && fact.to === thing);

const isWatched = (world: World, vat: number, promise: number): boolean =>
  world.facts.some(fact => fact.type === 'watch' && fact.vat === vat && fact.promise === promise);

/** From the heap of a vat, or what is left of a vat that has ended. */
const edgeFromHeap = (world: World, vat: number, to: string, doubt: Doubt): ModelEdge =>
  vat === world.dying ? { from: null, to, doubt: 'none' } : { from: heap(vat), to, doubt };

const edgesOfImports = (world: World, vat: number): ModelEdge[] => {
  const { things, promises } = importsOf(world, vat);
  const isDying = vat === world.dying;
  const edges = [...things].map(thing =>
    edgeFromHeap(world, vat, nodeOf(world, { thing }), isCitedIn(world, vat, thing) ? 'perhaps' : 'heap'),
  );
  for (const promise of promises) {
    edges.push(edgeFromHeap(world, vat, promiseRef(promise), isWatched(world, vat, promise) ? 'perhaps' : 'heap'));
    if (world.promises[promise]?.decider === vat && !isDying)
      edges.push({ from: heap(vat), to: settling(promise), doubt: 'heap' });
    if (world.promises[promise]?.decider === vat && isDying) edges.push({ from: null, to: settling(promise), doubt: 'none' });
  }
  return edges;
};

/** What a search backwards may find: who keeps, and what may lie behind heaps. */
export type Model = {
  readonly edges: readonly ModelEdge[];
  readonly intoHeaps: readonly ModelEdge[];
  readonly nodes: readonly string[];
};

export const makeModel = (world: World): Model => {
  const { dying, things, promises, facts, vats } = world;
  const all = Array.from({ length: vats }, (_, vat) => vat);
  // What a dying vat has in its rows is imported still, and held for that alone.
  const edges = facts
    .flatMap(fact => edgesOfFact(world, fact).map(edge => ({ ...edge, vat: vatOfFact(world, fact) })))
    .filter(({ vat, to }) => vat === undefined || vat !== dying || to.startsWith(`${vatId(vat)} `) || /^kp\d+!?$/.test(to))
    .map(({ vat: _vat, ...edge }): ModelEdge => edge);
  for (const vat of all) edges.push(...edgesOfImports(world, vat), { from: null, to: baggage(vat), doubt: 'none' });
  const exported = exportedThings(world);
  const held = new Set(edges.map(({ to }) => to));
  things.forEach(({ vat, form }, thing) => {
    if (form === 'heap') return;
    const node = nodeOf(world, { thing });
    edges.push(edgeFromHeap(world, vat, node, held.has(node) ? 'perhaps' : 'heap'));
  });
  const intoHeaps: ModelEdge[] = [];
  for (const thing of exported) {
    const { vat } = thingAt(world, thing);
    if (vat !== dying) intoHeaps.push({ from: nodeOf(world, { thing }), to: heap(vat), doubt: 'perhaps' });
  }
  for (const vat of all) {
    for (const promise of importsOf(world, vat).promises) {
      const { decider } = promises[promise] ?? {};
      if (decider !== 'settled' && decider !== vat && vat !== dying)
        intoHeaps.push({ from: settling(promise), to: heap(vat), doubt: 'perhaps' });
    }
  }
  const nodes = [
    ...things.flatMap((_thing, thing) => [nodeOf(world, { thing })]),
    ...promises.map((_promise, promise) => promiseRef(promise)),
    ...all.map(baggage),
  ];
  return { edges, intoHeaps, nodes };
};

/** The least number of edges from a root to each node; `isRoot` says which edges begin a path. */
const measure = (edges: readonly ModelEdge[], isRoot: (edge: ModelEdge) => boolean): Map<string, number> => {
  const distance = new Map<string, number>();
  for (let changed = true; changed;) {
    changed = false;
    for (const edge of edges) {
      const before = isRoot(edge) ? 0 : distance.get(edge.from ?? '');
      if (before === undefined || (distance.get(edge.to) ?? Infinity) <= before + 1) continue;
      distance.set(edge.to, before + 1);
      changed = true;
    }
  }
  return distance;
};

const isHeapEdge = ({ doubt, from }: ModelEdge): boolean =>
  from?.startsWith('heap ') === true && (doubt === 'heap' || doubt === 'perhaps');

/** The best path to a node: the least doubt, then the fewest edges. */
export const measurePath = ({ edges }: Model, node: string): { readonly doubt: Doubt; readonly length: number } | undefined => {
  for (const doubt of ['none', 'key', 'heap', 'perhaps'] as const) {
    const allowed = edges.filter(edge => (isHeapEdge(edge) ? edge.doubt === doubt : edge.doubt === 'none' || doubt !== 'none'));
    const length = measure(allowed, edge => edge.from === null || isHeapEdge(edge)).get(node);
    if (length !== undefined) return { doubt, length };
  }
  return undefined;
};

/** Through heaps: how far from a root, and how long the shortest ring is. */
export const measureBehindHeaps = (
  { edges, intoHeaps }: Model,
  node: string,
): { detour: number | undefined; ring: number | undefined } => {
  const all = [...edges, ...intoHeaps];
  const detour = measure(all, edge => edge.from === null).get(node);
  const ring = measure(
    all.filter(({ from }) => from !== null),
    ({ from }) => from === node || from === `${node}!`,
  ).get(node);
  return { detour, ring };
};

/** The citations of a thing in stored data, as the answer lists them; those by watches and watchers too. */
export const listCitations = (world: World, thing: number): Holder[] => {
  const holders = new Map<string, Holder>();
  let number = 0;
  // Numbers are handed out in the order in which a world is written.
  for (const fact of world.facts) {
    const isShape = fact.type === 'cite' && fact.place === 'value shape';
    if (['device', 'message', 'baggage', 'watcher', 'watch'].includes(fact.type) || (fact.type === 'cite' && !isShape))
      number += 1;
    const vat = vatOfFact(world, fact);
    if (vat === undefined || fact.type === 'import') continue;
    const add = (kind: string, holder: string, detail: string, key: number | string = number): void => {
      holders.set(`${kind} ${holder} ${detail} ${key}`, {
        kind,
        holder,
        detail,
        ref: nameIn(world, vat, thing),
        strength: 'strong',
      });
    };
    if (fact.type === 'weak entry' && fact.key === thing) {
      const by = `${vatId(vat)} ${ownRef(fact.by, 'weakMap')}`;
      holders.set(`weak ${by}`, { kind: 'weak key', holder: by, detail: '', ref: nameIn(world, vat, thing), strength: 'weak' });
    }
    if (!('to' in fact) || fact.to !== thing) continue;
    if (fact.type === 'baggage') add('entry', `${vatId(vat)} o+d2/1`, `"key ${number}"`);
    if (fact.type === 'watcher') add('watcher', vatId(vat), `o+d1/${number}`);
    if (fact.type === 'watch') add('watch', vatId(vat), promiseVRef(world, vat, fact.promise));
    if (fact.type === 'weak entry') {
      const by = `${vatId(vat)} ${ownRef(fact.by, 'weakMap')}`;
      add('weak entry', by, nameIn(world, vat, fact.key), world.facts.indexOf(fact));
    }
    if (fact.type === 'cite') {
      const by = `${vatId(vat)} ${ownRef(fact.by, thingAt(world, fact.by).form)}`;
      const detail = { property: `name ${number}`, entry: `"key ${number}"`, key: nameIn(world, vat, thing), 'value shape': '' }[
        fact.place
      ];
      // A set has a key once, however often it was added.
      add(fact.place, by, detail, fact.place === 'key' ? '' : world.facts.indexOf(fact));
    }
  }
  return [...holders.values()];
};

export { importRef, krefOf };
