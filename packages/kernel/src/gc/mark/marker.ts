/**
 * Marks what is alive: the least set of nodes that holds the roots and is closed under edges and clauses. A node is looked at once, an
 * edge once, a clause at most twice, so the work is linear; it can be done in steps.
 *
 * The method is forward chaining over Horn clauses with a counter of what each still waits for: W. F. Dowling and J. H. Gallier,
 * "Linear-time algorithms for testing the satisfiability of propositional Horn formulae", 1984.
 */
import type { World } from './world.ts';

/** For each node, where its tuples begin in a list that is sorted by that node. */
const indexBy = (
  packed: Int32Array,
  shape: { width: number; column: number; nodes: number },
): { starts: Int32Array; order: Int32Array } => {
  const { width, column, nodes } = shape;
  const starts = new Int32Array(nodes + 1);
  for (let i = column; i < packed.length; i += width)
    starts[(packed[i] as number) + 1] = (starts[(packed[i] as number) + 1] ?? 0) + 1;
  for (let node = 0; node < nodes; node += 1) starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number);
  const next = starts.slice();
  const order = new Int32Array(packed.length / width);
  for (let tuple = 0; tuple < order.length; tuple += 1) {
    const node = packed[tuple * width + column] as number;
    const place = next[node] as number;
    order[place] = tuple;
    next[node] = place + 1;
  }
  return { starts, order };
};

type Index = ReturnType<typeof indexBy>;

export class Marker {
  readonly #world: World;
  readonly #alive: Uint8Array;
  readonly #agenda: number[] = [];
  readonly #edges: Index;
  readonly #byTable: Index;
  readonly #byKey: Index;

  constructor(world: World) {
    this.#world = world;
    this.#alive = new Uint8Array(world.size);
    const nodes = world.size;
    this.#edges = indexBy(world.edges.packed, { width: 2, column: 0, nodes });
    this.#byTable = indexBy(world.clauses.packed, { width: 3, column: 0, nodes });
    this.#byKey = indexBy(world.clauses.packed, { width: 3, column: 1, nodes });
    for (const root of world.roots) this.#reach(root);
  }

  isAlive(node: number): boolean {
    return this.#alive[node] === 1;
  }

  /** Looks at up to `budget` nodes; true when nothing is left to look at. */
  step(budget = Infinity): boolean {
    for (let left = budget; left > 0; left -= 1) {
      const node = this.#agenda.pop();
      if (node === undefined) return true;
      this.#follow(node);
    }
    return this.#agenda.length === 0;
  }

  #reach(node: number): void {
    if (this.#alive[node] === 1) return;
    this.#alive[node] = 1;
    this.#agenda.push(node);
  }

  #follow(node: number): void {
    const edges = this.#world.edges.packed;
    for (const edge of this.#tuplesOf(this.#edges, node)) this.#reach(edges[edge * 2 + 1] as number);
    // Whichever of table and key is reached last finds the other alive.
    const clauses = this.#world.clauses.packed;
    for (const clause of this.#tuplesOf(this.#byTable, node)) {
      if (this.isAlive(clauses[clause * 3 + 1] as number)) this.#reach(clauses[clause * 3 + 2] as number);
    }
    for (const clause of this.#tuplesOf(this.#byKey, node)) {
      if (this.isAlive(clauses[clause * 3] as number)) this.#reach(clauses[clause * 3 + 2] as number);
    }
  }

  #tuplesOf({ starts, order }: Index, node: number): Int32Array {
    return order.subarray(starts[node], starts[node + 1]);
  }
}
