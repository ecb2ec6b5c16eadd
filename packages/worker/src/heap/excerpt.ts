/**
 * A part of a heap snapshot as a snapshot of its own, which DevTools opens: the nodes of one vat, and at their borders what they lead to
 * and share with others, as nodes of no size that lead nowhere. A root of our own leads to where the vat's memory begins.
 */
import type { HeapGraph } from './graph.ts';

export type Excerpt = {
  readonly graph: HeapGraph;
  readonly nodes: readonly number[];
  readonly entrances: readonly number[];
  /** What the root is called. */
  readonly title: string;
};

/** In place of nodes of the snapshot. */
const [ROOT, GC_ROOTS, OWN_ROOT] = [-1, -2, -3];
const SHARED = ' (shared)';
const ROWS_PER_PIECE = 1_000;

/** Texts of the new file, by the texts that they are. */
class Texts {
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, known);
    return known;
  }

  list(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}

type Rows = number[][];

class ExcerptWriter {
  readonly #excerpt: Excerpt;
  readonly #texts = new Texts();
  readonly #places = new Map<number, number>();
  readonly #nodes: Rows = [];
  readonly #edges: Rows = [];
  readonly #fields: readonly string[];
  readonly #edgeFields: readonly string[];

  constructor(excerpt: Excerpt) {
    this.#excerpt = excerpt;
    const { node_fields, edge_fields } = excerpt.graph.snapshot.meta;
    this.#fields = node_fields;
    this.#edgeFields = edge_fields;
  }

  *write(): Iterable<string> {
    this.#draw();
    const { meta } = this.#excerpt.graph.snapshot;
    const snapshot = { meta, node_count: this.#nodes.length, edge_count: this.#edges.length, trace_function_count: 0 };
    yield `{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[`;
    yield* this.#writeRows(this.#nodes);
    yield '],\n"edges":[';
    yield* this.#writeRows(this.#edges);
    yield '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[],\n"strings":[';
    yield this.#texts
      .list()
      .map(text => JSON.stringify(text))
      .join(',\n');
    yield ']}\n';
  }

  *#writeRows(rows: Rows): Iterable<string> {
    for (let i = 0; i < rows.length; i += ROWS_PER_PIECE) {
      const piece = rows.slice(i, i + ROWS_PER_PIECE).map(row => row.join(','));
      yield `${i === 0 ? '' : ',\n'}${piece.join(',\n')}`;
    }
  }

  #field(row: number[], name: string, value: number): void {
    const field = this.#fields.indexOf(name);
    if (field >= 0) row[field] = value;
  }

  /** The root, the vat's nodes, and what they border on, each with its edges in their order. */
  #draw(): void {
    const { graph, nodes, entrances } = this.#excerpt;
    const own = new Set(nodes);
    const border = new Set<number>();
    for (const node of nodes) for (const { to } of this.#edgesOf(node)) if (!own.has(to)) border.add(to);
    [ROOT, GC_ROOTS, OWN_ROOT, ...nodes, ...border].forEach((node, place) => this.#places.set(node, place));
    const begins = entrances.filter(node => own.has(node));
    this.#drawRoots(begins);
    for (const node of nodes) {
      const edges = this.#edgesOf(node);
      this.#drawNode(node, { name: graph.nodeName(node), edges: edges.length });
      for (const { edge, to } of edges) this.#drawEdge(edge, to);
    }
    for (const node of border) this.#drawNode(node, { name: `${graph.nodeName(node)}${SHARED}`, edges: 0, size: 0 });
  }

  #edgesOf(node: number): readonly { readonly edge: number; readonly to: number }[] {
    const { graph } = this.#excerpt;
    const count = graph.firstEdge(node + 1) - graph.firstEdge(node);
    return Array.from({ length: count }, (_, i) => graph.firstEdge(node) + i).map(edge => ({ edge, to: graph.edgeTarget(edge) }));
  }

  /** Readers of the format expect a node "(GC roots)", whose parts hold what is alive; and a root that leads to it and to globals. */
  #drawRoots(begins: readonly number[]): void {
    const { graph, title } = this.#excerpt;
    const types = graph.snapshot.meta.edge_types[0] as readonly string[];
    const roots = [
      { name: '', edges: [GC_ROOTS, ...begins], type: 'shortcut' },
      { name: '(GC roots)', edges: [OWN_ROOT], type: 'element' },
      { name: title, edges: begins, type: 'element' },
    ];
    for (const [i, { name, edges, type }] of roots.entries()) {
      const row = [...graph.nodeRow(0)];
      this.#field(row, 'name', this.#texts.number(name));
      // Objects have odd numbers too, but these first ones are always roots.
      this.#field(row, 'id', 2 * i + 1);
      this.#field(row, 'edge_count', edges.length);
      this.#nodes.push(row);
      for (const [index, to] of edges.entries()) {
        const isNamed = type === 'shortcut' && to >= 0;
        this.#pushEdge(types.indexOf(isNamed ? type : 'element'), isNamed ? this.#texts.number(`${title} ${index}`) : index, to);
      }
    }
  }

  #drawNode(node: number, { name, edges, size }: { name: string; edges: number; size?: number }): void {
    const row = [...this.#excerpt.graph.nodeRow(node)];
    this.#field(row, 'name', this.#texts.number(name));
    this.#field(row, 'edge_count', edges);
    this.#field(row, 'trace_node_id', 0);
    if (size !== undefined) this.#field(row, 'self_size', size);
    this.#nodes.push(row);
  }

  #drawEdge(edge: number, to: number): void {
    const { graph } = this.#excerpt;
    const name = graph.edgeName(edge);
    const row = graph.edgeRow(edge);
    const type = row[this.#edgeFields.indexOf('type')] as number;
    this.#pushEdge(type, typeof name === 'number' ? name : this.#texts.number(name), to);
  }

  #pushEdge(type: number, name: number, to: number): void {
    const row = this.#edgeFields.map(() => 0);
    row[this.#edgeFields.indexOf('type')] = type;
    row[this.#edgeFields.indexOf('name_or_index')] = name;
    row[this.#edgeFields.indexOf('to_node')] = (this.#places.get(to) as number) * this.#fields.length;
    this.#edges.push(row);
  }
}

export const writeExcerpt = (excerpt: Excerpt): Iterable<string> => new ExcerptWriter(excerpt).write();
