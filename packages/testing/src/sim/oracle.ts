/**
 * The oracle: what a correct kernel may, must and must not hold, from the heaps of the script vats as they are. It knows names and
 * edges, no refs, no counts, no tables, and shares no code with the product.
 *
 * Two answers. What *must* be there is what can be reached from the roots of the vats, across vats: a least fixpoint. What *is* there
 * once everything has been reaped is what counting can keep: an export stays while a vat that is not its owner holds it, whether
 * or not that vat's holding it leads back to a root: a greatest fixpoint. The difference is garbage in cycles across vats, which
 * counting keeps and a complete collector frees; a kernel that keeps more than the greatest fixpoint leaks.
 */
import { isPromise, nameOf } from './script-vat.ts';
import { reachFrom, type ScriptHeap, type Thing } from './script-heap.ts';

/** One vat as the oracle sees it. */
export type VatView = {
  readonly name: string;
  readonly heap: ScriptHeap;
  /** The vat's own object of that name, if it is still in memory. */
  readonly findObject: (name: string) => object | undefined;
  /** Names of the vat's own objects that may still be in memory. */
  readonly listObjects: () => readonly string[];
};

/** Names of objects that somebody else holds (`reached`) or could only recognize. A name tells its owner. */
export type Expectation = {
  readonly reached: ReadonlySet<string>;
  readonly recognized: ReadonlySet<string>;
  /** Per vat, how many objects of others it reaches or recognizes. */
  readonly imports: ReadonlyMap<string, number>;
};

/** Names end in the number; roots have none. */
const ownerOf = (name: string): string => name.replace(/\d+$/, '');
const isForeign = (view: VatView, name: string): boolean => ownerOf(name) !== view.name;

type LocalReach = {
  readonly things: ReadonlySet<Thing>;
  readonly presences: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
};

/** What a vat reaches when these of its objects are held for others, and weak entries of these foreign keys still exist. */
const reachLocally = (view: VatView, held: ReadonlySet<string>, liveKeys: ReadonlySet<string>): LocalReach => {
  const { heap } = view;
  const pinned = [...held].filter(name => !isForeign(view, name)).flatMap(name => view.findObject(name) ?? []);
  const isNamed = (key: Thing): boolean => heap.findFields(key) === undefined && liveKeys.has(nameOf(key));
  const things = reachFrom(heap, [...heap.roots(), ...pinned], isNamed);
  const presences = new Set<string>();
  const keys = new Set<string>();
  for (const thing of things) {
    if (isPromise(thing)) continue;
    const table = heap.findTable(thing);
    if (table === undefined) {
      if (heap.findFields(thing) === undefined) presences.add(nameOf(thing));
      continue;
    }
    for (const key of table.shadow?.keys() ?? []) if (heap.findFields(key) === undefined) keys.add(nameOf(key));
  }
  return { things, presences, keys };
};

const isAlive = (views: readonly VatView[], name: string): boolean => views.some(view => !isForeign(view, name));

/** What counting keeps when nothing is on its way. `pinned`: names that something outside the vats holds. */
export const expectCounted = (views: readonly VatView[], pinned: ReadonlySet<string>): Expectation => {
  // From all names that occur anywhere, so that what holds itself up is kept, as counts keep it.
  let reached = new Set<string>([...pinned, ...views.flatMap(view => view.listObjects())]);
  for (const view of views) {
    const { presences, keys } = reachLocally(view, reached, reached);
    reached = new Set([...reached, ...presences, ...keys]);
  }
  let recognized = new Set(reached);
  for (;;) {
    const known = new Set([...reached, ...recognized]);
    const locals = views.map(view => ({ view, ...reachLocally(view, reached, known) }));
    const nextReached = new Set(pinned);
    const nextRecognized = new Set<string>();
    for (const { view, presences, keys } of locals) {
      for (const name of presences) if (isForeign(view, name) && reached.has(name)) nextReached.add(name);
      for (const name of keys) {
        const owner = locals.find(other => !isForeign(other.view, name));
        const object = owner?.view.findObject(name);
        const isRoot = owner?.view.name === name;
        const isInUse = object !== undefined && owner?.things.has(object) === true;
        if (isRoot || (known.has(name) && isInUse)) nextRecognized.add(name);
      }
    }
    if (nextReached.size === reached.size && nextRecognized.size === recognized.size) {
      return { reached, recognized, imports: countImports(locals, nextReached, nextRecognized) };
    }
    reached = nextReached;
    recognized = nextRecognized;
  }
};

const countImports = (
  locals: readonly (LocalReach & { readonly view: VatView })[],
  reached: ReadonlySet<string>,
  recognized: ReadonlySet<string>,
): Map<string, number> =>
  new Map(
    locals.map(({ view, presences, keys }) => {
      const names = new Set([...presences].filter(name => isForeign(view, name) && reached.has(name)));
      for (const name of keys) if (reached.has(name) || recognized.has(name)) names.add(name);
      return [view.name, names.size];
    }),
  );

/**
 * Names that can be reached from the roots of the vats: objects of one vat that another must be able to use. `pinned`: names that
 * something outside the vats holds.
 */
export const expectMust = (views: readonly VatView[], pinned: ReadonlySet<string>): Set<string> => {
  const must = new Set<string>(pinned);
  for (;;) {
    const before = must.size;
    for (const view of views) {
      // A weak entry of a foreign key counts only while somebody reaches the key.
      for (const name of reachLocally(view, must, must).presences) if (isForeign(view, name)) must.add(name);
    }
    if (must.size === before) return must;
  }
};

/** Objects that counting keeps although no root reaches them. */
export const listCycles = (views: readonly VatView[], counted: Expectation): string[] => {
  const must = expectMust(views, new Set());
  return [...counted.reached].filter(name => !must.has(name) && isAlive(views, name)).sort();
};
