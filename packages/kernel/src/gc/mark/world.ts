/**
 * The graph of who keeps what, over the whole kernel: kernel objects, promises, and what vats store. Nodes are numbers, for there may be
 * millions. Three kinds of statement: a root is alive; an edge says that its source, if alive, keeps its target; a clause says that a
 * table and a key together keep a value, as the entries of weak collections do. Built anew for each collection, by `survey.ts`.
 */

/** Pairs or triples of nodes, packed. */
export class Tuples {
  readonly #width: number;
  #packed: Int32Array;
  #length = 0;

  constructor(width: number) {
    this.#width = width;
    this.#packed = new Int32Array(width * 1024);
  }

  add(...nodes: readonly number[]): void {
    if (this.#length + this.#width > this.#packed.length) {
      const larger = new Int32Array(this.#packed.length * 2);
      larger.set(this.#packed);
      this.#packed = larger;
    }
    for (const node of nodes) {
      this.#packed[this.#length] = node;
      this.#length += 1;
    }
  }

  /** All tuples one after the other. */
  get packed(): Int32Array {
    return this.#packed.subarray(0, this.#length);
  }

  get count(): number {
    return this.#length / this.#width;
  }
}

export class World {
  readonly #nodes = new Map<string, number>();
  readonly #names: string[] = [];
  /** Nodes that are alive by themselves. */
  readonly roots = new Set<number>();
  /** from, to */
  readonly edges = new Tuples(2);
  /** table, key, value */
  readonly clauses = new Tuples(3);

  /** The node of that name, made when it is first mentioned. */
  node(name: string): number {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node = this.#names.length;
    this.#nodes.set(name, node);
    this.#names.push(name);
    return node;
  }

  nameOf(node: number): string {
    return this.#names[node] ?? '';
  }

  get size(): number {
    return this.#names.length;
  }
}
