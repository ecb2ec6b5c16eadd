/** The neighbours of a node in the graph of who holds whom, in both directions and page by page: for a picture that grows by steps. */
import { CooperageError } from '@cooperage/protocol/errors';
import { isVatId } from '@cooperage/protocol/refs';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { findVat, getVat } from '../find-vat.ts';
import type { Edge, Holder } from '../why/edges.ts';
import { listKernelHolders } from '../why/kernel-holders.ts';
import { Labels } from '../why/labels.ts';
import { heapNode, type NodeName, parseNode } from '../why/nodes.ts';
import { RetentionGraph } from '../why/retention-graph.ts';
import { getSubject } from '../why/subject.ts';
import { readHeldThings } from './held-things.ts';

/**
 * How one holds the other. 'strong': keeps it. 'weak': can only recognize it. 'queued': a message or notify that waits holds it. 'perhaps':
 * a heap may hold it, and nothing says so.
 */
export type EdgeStyle = 'strong' | 'weak' | 'queued' | 'perhaps';

export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly detail: string;
  readonly style: EdgeStyle;
};

export type GraphNode = {
  readonly node: string;
  readonly type: 'object' | 'stored' | 'promise' | 'device' | 'heap' | 'settling' | 'message' | 'root';
  /** A few words: `ko20`, `v2 o+d12/5`. */
  readonly label: string;
  /** The same at length. */
  readonly what: string;
  /** Whose it is. */
  readonly vat: string | null;
};

export type NeighboursRequest = {
  readonly direction: 'holders' | 'held';
  readonly limit?: number | undefined;
  readonly skip?: number | undefined;
};

export type Neighbours = {
  /** The node that was asked about comes first. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly total: number;
  readonly more: number;
};

const DEFAULT_LIMIT = 12;
const GREATEST_LIMIT = 200;
/** Krefs of an object with many facets whose weak holders are read. */
const WEAK_HOLDERS = 1_000;

const isQueued = (kind: string): boolean => kind.startsWith('message ') || kind === 'queued notify';
const rootNode = ({ kind, holder, detail }: Holder): string => `root ${kind} ${holder}${detail === '' ? '' : ` ${detail}`}`;

const toGraphEdge = (edge: Edge, how: Holder): GraphEdge => {
  const { kind, detail } = how;
  if (isQueued(kind)) {
    const from = kind === 'queued notify' ? rootNode(how) : how.holder;
    return { from, to: edge.to, kind, detail, style: 'queued' };
  }
  const style = edge.doubt === 'perhaps' ? 'perhaps' : 'strong';
  return { from: edge.from ?? rootNode(how), to: edge.to, kind, detail, style };
};

/** A node as people or the page write it: a ref, `heap v2`, a vat by id or name, `kp40!`, `m7`. Throws ERR_REF and ERR_GONE. */
export const getGraphNode = (store: ReadOnlyStore, text: string): NodeName => {
  const written = text.trim();
  if (/^m\d{1,15}$/.test(written)) {
    if (store.query('SELECT 1 AS found FROM messages WHERE message = ?', [Number(written.slice(1))]).length > 0) return written;
    throw new CooperageError('ERR_GONE', `${written} is gone: no such message waits`, { subject: written });
  }
  if (isVatId(written)) return heapNode(getVat(store, written).vat);
  if (written.startsWith('heap ')) return heapNode(getVat(store, written.slice('heap '.length)).vat);
  if (/^kp\d+!$/.test(written)) return `${getSubject(store, written.slice(0, -1)).node}!`;
  try {
    return getSubject(store, written).node;
  } catch (error) {
    const named = (error as { code?: unknown }).code === 'ERR_REF' ? findVat(store, written) : undefined;
    if (named === undefined) throw error;
    return heapNode(named.vat);
  }
};

class Teller {
  readonly #graph: RetentionGraph;
  readonly #labels: Labels;
  readonly #store: ReadOnlyStore;

  constructor(store: ReadOnlyStore, graph: RetentionGraph) {
    this.#store = store;
    this.#graph = graph;
    this.#labels = new Labels(store, graph);
  }

  tell(node: string): GraphNode {
    if (node.startsWith('root ')) return { node, type: 'root', label: node.slice('root '.length), what: node, vat: null };
    if (/^m\d+$/.test(node)) return this.#message(node);
    const parsed = parseNode(node);
    const what = this.#labels.node(node);
    switch (parsed.type) {
      case 'heap':
        return { node, type: 'heap', label: this.#labels.vat(parsed.vat), what, vat: parsed.vat };
      case 'settling':
        return { node, type: 'settling', label: `who settles ${parsed.promise}`, what, vat: null };
      case 'own': {
        const krefs = this.#graph.krefsOf([node]).get(node) ?? [];
        const isStored = /^o\+[vd]/.test(parsed.ref);
        const label = isStored || krefs.length === 0 ? node : krefs.slice(0, 3).join(' ');
        return { node, type: isStored ? 'stored' : 'object', label, what, vat: parsed.vat };
      }
      default: {
        const type = parsed.kref.startsWith('kp') ? 'promise' : parsed.kref.startsWith('kd') ? 'device' : 'object';
        return { node, type, label: parsed.kref, what, vat: null };
      }
    }
  }

  #message(node: string): GraphNode {
    const [row] = this.#store.query('SELECT target FROM messages WHERE message = ?', [Number(node.slice(1))]);
    return { node, type: 'message', label: node, what: `message ${node} to ${String(row?.['target'] ?? '?')}`, vat: null };
  }
}

type Slice = { readonly limit: number; readonly skip: number };
type Found = { readonly edges: readonly GraphEdge[]; readonly total: number };

/** Who holds a message: the queue, or whatever can settle the promise that it waits for. */
const findMessageHolders = (store: ReadOnlyStore, node: string): Found => {
  const [row] = store.query('SELECT promise FROM promise_queue WHERE message = ?', [Number(node.slice(1))]);
  const promise = row?.['promise'];
  const from = typeof promise === 'string' ? `${promise}!` : 'root run queue';
  const kind = typeof promise === 'string' ? 'waits for' : 'run queue';
  return { edges: [{ from, to: node, kind, detail: typeof promise === 'string' ? promise : '', style: 'queued' }], total: 1 };
};

const findHolders = (store: ReadOnlyStore, graph: RetentionGraph, node: string, { limit, skip }: Slice): Found => {
  if (/^m\d+$/.test(node)) return findMessageHolders(store, node);
  const edges = graph.edgesInto([node])[0] ?? [];
  const krefs = graph.krefsOf([node]).get(node) ?? [];
  const weak = listKernelHolders(store, krefs, WEAK_HOLDERS).rows.filter(({ strength }) => strength === 'weak');
  const weakEdges = weak.map(({ kind, holder, detail }): GraphEdge => {
    return { from: heapNode(holder), to: node, kind, detail, style: 'weak' };
  });
  const shown = edges.slice(skip, skip + limit).map(edge => toGraphEdge(edge, graph.howOf(edge)));
  const weakSkip = Math.max(0, skip - edges.length);
  const weakShown = weakEdges.slice(weakSkip, weakSkip + limit - shown.length);
  return { edges: [...shown, ...weakShown], total: edges.length + weakEdges.length };
};

const findHeld = (store: ReadOnlyStore, node: string, slice: Slice): Found => {
  const { rows, total } = readHeldThings(store, node, slice);
  const isMessage = /^m\d+$/.test(node);
  const edges = rows.map(({ to, kind, detail, strength }): GraphEdge => {
    const style = isMessage ? 'queued' : kind === 'export' ? 'perhaps' : strength;
    return { from: node, to, kind, detail, style };
  });
  return { edges, total };
};

const insistSlice = ({ limit = DEFAULT_LIMIT, skip = 0 }: NeighboursRequest): Slice => {
  const isFine = Number.isInteger(limit) && limit > 0 && limit <= GREATEST_LIMIT && Number.isInteger(skip) && skip >= 0;
  if (isFine) return { limit, skip };
  throw new CooperageError('ERR_ARGUMENT', `limit must be a whole number from 1 to ${GREATEST_LIMIT}, skip 0 or more`, {
    subject: 'limit',
  });
};

export const readNeighbours = (store: ReadOnlyStore, ref: string, request: NeighboursRequest): Neighbours => {
  const slice = insistSlice(request);
  return store.inSnapshot(() => {
    const node = getGraphNode(store, ref);
    const graph = new RetentionGraph(store);
    const found = request.direction === 'holders' ? findHolders(store, graph, node, slice) : findHeld(store, node, slice);
    const names = new Set([node, ...found.edges.flatMap(({ from, to }) => [from, to])]);
    const teller = new Teller(store, graph);
    return {
      nodes: [...names].map(name => teller.tell(name)),
      edges: found.edges,
      total: found.total,
      more: Math.max(0, found.total - slice.skip - slice.limit),
    };
  });
};
