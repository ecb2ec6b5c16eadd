/**
 * The graph of a heap snapshot: nodes by number, edges by number, who leads where. An entry of a WeakMap is an edge that V8 writes down
 * twice, from its key and from its table; here it is one, and holds where both do.
 */
import type { Snapshot } from './snapshot.ts';

export type Ephemeron = { readonly table: number; readonly key: number; readonly value: number };

const EPHEMERON = /part of key \(.*@(\d+)\) -> value \(.*@(\d+)\) pair in WeakMap \(table @(\d+)\)$/s;

const fieldOf = (fields: readonly string[], name: string): number => {
  const field = fields.indexOf(name);
  if (field < 0) throw new Error(`this engine's heap snapshots have no ${name}`);
  return field;
};

export class HeapGraph {
  readonly nodeCount: number;
  readonly snapshot: Snapshot;
  readonly #nodeSize: number;
  readonly #edgeSize: number;
  readonly #node: Readonly<Record<'type' | 'name' | 'id' | 'self_size' | 'edge_count', number>>;
  readonly #edge: Readonly<Record<'type' | 'name_or_index' | 'to_node', number>>;
  readonly #nodeTypes: readonly string[];
  readonly #edgeTypes: readonly string[];
  readonly #weak: number;
  readonly #internal: number;
  readonly #firstEdge: Uint32Array;
  /** Strings that name an entry of a WeakMap. */
  readonly #entryNames = new Map<number, RegExpExecArray>();
  readonly #ephemerons: Ephemeron[] = [];
  readonly #byPart = new Map<number, number[]>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    const { meta, nodes, strings } = snapshot;
    const node = (name: string): number => fieldOf(meta.node_fields, name);
    const edge = (name: string): number => fieldOf(meta.edge_fields, name);
    this.#nodeSize = meta.node_fields.length;
    this.#edgeSize = meta.edge_fields.length;
    this.#node = {
      type: node('type'),
      name: node('name'),
      id: node('id'),
      self_size: node('self_size'),
      edge_count: node('edge_count'),
    };
    this.#edge = { type: edge('type'), name_or_index: edge('name_or_index'), to_node: edge('to_node') };
    this.#nodeTypes = meta.node_types[0] as readonly string[];
    this.#edgeTypes = meta.edge_types[0] as readonly string[];
    this.#weak = this.#edgeTypes.indexOf('weak');
    this.#internal = this.#edgeTypes.indexOf('internal');
    this.nodeCount = nodes.length / this.#nodeSize;
    this.#firstEdge = new Uint32Array(this.nodeCount + 1);
    for (let i = 0, at = 0; i <= this.nodeCount; i += 1) {
      this.#firstEdge[i] = at;
      at += nodes[i * this.#nodeSize + this.#node.edge_count] ?? 0;
    }
    strings.forEach((text, i) => {
      const entry = text.startsWith('part of key') || text.includes(' / part of key') ? EPHEMERON.exec(text) : null;
      if (entry !== null) this.#entryNames.set(i, entry);
    });
    if (this.#entryNames.size > 0) this.#readEphemerons();
  }

  get edgeCount(): number {
    return this.#firstEdge[this.nodeCount] as number;
  }

  /** The edges of a node: from this number up to that of the next node. */
  firstEdge(node: number): number {
    return this.#firstEdge[node] as number;
  }

  edgeType(edge: number): string {
    return this.#edgeTypes[this.#field(edge, this.#edge.type)] ?? '';
  }

  /** Its name, or the index as a number: elements and hidden edges have one. */
  edgeName(edge: number): string | number {
    const name = this.#field(edge, this.#edge.name_or_index);
    const type = this.edgeType(edge);
    return type === 'element' || type === 'hidden' ? name : (this.snapshot.strings[name] ?? '');
  }

  edgeTarget(edge: number): number {
    return this.#field(edge, this.#edge.to_node) / this.#nodeSize;
  }

  /** What it leads to may be gone while its holder stays, or it is half of an entry of a WeakMap. */
  isWeak(edge: number): boolean {
    const type = this.#field(edge, this.#edge.type);
    return type === this.#weak || (type === this.#internal && this.#entryNames.has(this.#field(edge, this.#edge.name_or_index)));
  }

  nodeType(node: number): string {
    return this.#nodeTypes[this.#nodeField(node, this.#node.type)] ?? '';
  }

  nodeName(node: number): string {
    return this.snapshot.strings[this.#nodeField(node, this.#node.name)] ?? '';
  }

  /** The row of `snapshot.nodes`. */
  nodeRow(node: number): Uint32Array {
    return this.snapshot.nodes.subarray(node * this.#nodeSize, (node + 1) * this.#nodeSize);
  }

  /** The row of `snapshot.edges`. */
  edgeRow(edge: number): Uint32Array {
    return this.snapshot.edges.subarray(edge * this.#edgeSize, (edge + 1) * this.#edgeSize);
  }

  selfSize(node: number): number {
    return this.#nodeField(node, this.#node.self_size);
  }

  /** Entries of which the node is the table or the key. */
  ephemeronsOf(node: number): readonly Ephemeron[] {
    return (this.#byPart.get(node) ?? []).map(i => this.#ephemerons[i] as Ephemeron);
  }

  #field(edge: number, field: number): number {
    return this.snapshot.edges[edge * this.#edgeSize + field] as number;
  }

  #nodeField(node: number, field: number): number {
    return this.snapshot.nodes[node * this.#nodeSize + field] as number;
  }

  #readEphemerons(): void {
    const byId = new Map<number, number>();
    for (let i = 0; i < this.nodeCount; i += 1) byId.set(this.#nodeField(i, this.#node.id), i);
    for (const [, key, value, table] of this.#entryNames.values()) {
      const [k, v, t] = [key, value, table].map(id => byId.get(Number(id)));
      if (k === undefined || v === undefined || t === undefined) continue;
      const number = this.#ephemerons.push({ table: t, key: k, value: v }) - 1;
      for (const part of [t, k]) {
        const list = this.#byPart.get(part);
        if (list === undefined) this.#byPart.set(part, [number]);
        else list.push(number);
      }
    }
  }
}
