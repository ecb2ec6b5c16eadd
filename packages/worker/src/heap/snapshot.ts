/**
 * A heap snapshot of this isolate, as numbers: V8 writes JSON, which is read as it comes, so no text of it is ever whole in memory.
 * The format is the one that DevTools loads: `nodes` and `edges` are flat lists of numbers whose fields `meta` names.
 */
import { getHeapSnapshot } from 'node:v8';

/** `meta` of the file, as far as anything here uses it. */
export type SnapshotMeta = {
  readonly node_fields: readonly string[];
  readonly node_types: readonly unknown[];
  readonly edge_fields: readonly string[];
  readonly edge_types: readonly unknown[];
};

export type Snapshot = {
  readonly meta: SnapshotMeta;
  /** `meta.node_fields` numbers a node; the first is the root. */
  readonly nodes: Uint32Array;
  /** `meta.edge_fields` numbers an edge, grouped by the node that they lead from; `to_node` is an index of `nodes`. */
  readonly edges: Uint32Array;
  readonly strings: readonly string[];
};

const [ZERO, NINE, CLOSE] = [48, 57, 93];

type Header = { readonly meta: SnapshotMeta; readonly node_count: number; readonly edge_count: number };

/** Takes the text in pieces of any size. */
export class SnapshotReader {
  #text = '';
  #stage: 'header' | 'nodes' | 'to edges' | 'edges' | 'to strings' | 'strings' = 'header';
  #header: Header | undefined;
  #nodes = new Uint32Array(0);
  #edges = new Uint32Array(0);
  #filled = 0;
  /** The digits of a number that may go on in the next piece. */
  #number = 0;
  #isInNumber = false;
  readonly #strings: string[] = [];

  take(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#stage === 'strings') {
        this.#strings.push(Buffer.from(piece.subarray(at)).toString('latin1'));
        return;
      }
      at = this.#stage === 'nodes' || this.#stage === 'edges' ? this.#takeNumbers(piece, at) : this.#takeText(piece, at);
    }
  }

  finish(): Snapshot {
    if (this.#stage !== 'strings' || this.#header === undefined) throw new Error('the heap snapshot ends too soon');
    // Pieces may end within a character, so bytes are put together before they are read.
    const rest = Buffer.from(this.#strings.join(''), 'latin1').toString('utf8');
    const strings = JSON.parse(`[${rest.slice(0, rest.lastIndexOf('}'))}`) as string[];
    return { meta: this.#header.meta, nodes: this.#nodes, edges: this.#edges, strings };
  }

  /** Text up to the list that comes next. */
  #takeText(piece: Uint8Array, from: number): number {
    const marks = { header: '"nodes":[', 'to edges': '"edges":[', 'to strings': '"strings":[' } as const;
    const mark = marks[this.#stage as keyof typeof marks];
    const before = this.#text.length;
    this.#text += Buffer.from(piece.subarray(from)).toString('latin1');
    const found = this.#text.indexOf(mark);
    if (found < 0) {
      if (this.#stage !== 'header') this.#text = this.#text.slice(-mark.length);
      return piece.length;
    }
    const end = found + mark.length;
    if (this.#stage === 'header') this.#begin(this.#text.slice(0, found));
    this.#stage = this.#stage === 'header' ? 'nodes' : this.#stage === 'to edges' ? 'edges' : 'strings';
    this.#filled = 0;
    this.#text = '';
    return from + end - before;
  }

  #begin(text: string): void {
    const { snapshot } = JSON.parse(`${text}"x":0}`) as { readonly snapshot: Header };
    this.#header = snapshot;
    this.#nodes = new Uint32Array(snapshot.node_count * snapshot.meta.node_fields.length);
    this.#edges = new Uint32Array(snapshot.edge_count * snapshot.meta.edge_fields.length);
  }

  #takeNumbers(piece: Uint8Array, from: number): number {
    const list = this.#stage === 'nodes' ? this.#nodes : this.#edges;
    let at = from;
    for (; at < piece.length; at += 1) {
      const code = piece[at] as number;
      if (code >= ZERO && code <= NINE) {
        this.#number = this.#number * 10 + code - ZERO;
        this.#isInNumber = true;
        continue;
      }
      if (this.#isInNumber) {
        list[this.#filled] = this.#number;
        this.#filled += 1;
        this.#number = 0;
        this.#isInNumber = false;
      }
      if (code !== CLOSE) continue;
      if (this.#filled !== list.length) throw new Error(`the heap snapshot has ${this.#filled} numbers, not ${list.length}`);
      this.#stage = this.#stage === 'nodes' ? 'to edges' : 'to strings';
      return at + 1;
    }
    return at;
  }
}

/** Takes it now; reading it takes about a tenth of a second for a megabyte of heap, during which the isolate runs on. */
export const takeSnapshot = async (): Promise<Snapshot> => {
  const reader = new SnapshotReader();
  for await (const piece of getHeapSnapshot()) reader.take(piece as Uint8Array);
  return reader.finish();
};
