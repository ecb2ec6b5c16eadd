/**
 * Why something is alive: everything that holds it, and the shortest path to it from a root: a queued message, a pin, parameters, what a
 * device or the baggage of a vat remembers, and where the tables end, a heap. For `kernel.why` and `cooperage why`. Never writes.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { HeapLook } from '@cooperage/protocol/heap-look';
import { compareByNumber, type VatId } from '@cooperage/protocol/refs';
import { DEFAULT_LIMIT, GREATEST_LIMIT, type Page } from './page.ts';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Doubt, Holder } from './why/edges.ts';
import { type PathStep, tellAnswer } from './why/explanation.ts';
import { listKernelHolders } from './why/kernel-holders.ts';
import { Labels } from './why/labels.ts';
import { type NodeName, parseNode } from './why/nodes.ts';
import { type Path, PathSearch } from './why/path-search.ts';
import { RetentionGraph } from './why/retention-graph.ts';
import { getSubject } from './why/subject.ts';

export type { Holder, PathStep };

export type WhyAnswer = {
  /** As it was asked for: `ko20`, `v3 o+d12/5`. */
  readonly ref: string;
  /** Its name in the paths: an object is named by its owner. */
  readonly node: string;
  /** What it is, in words. */
  readonly what: string;
  readonly krefs: readonly string[];
  readonly holders: Page<Holder>;
  /** The shortest from a root; null when there is none. */
  readonly path: readonly PathStep[] | null;
  /** How much the path proves; see `why/edges.ts`. */
  readonly doubt: Doubt | null;
  /** Through heaps, when no path without heaps is there: from a root, and from the thing back to itself. */
  readonly detour: readonly PathStep[] | null;
  readonly ring: readonly PathStep[] | null;
  /** False: the search gave up, and there may be better paths. */
  readonly isComplete: boolean;
  readonly conclusion: string;
  /** Path and conclusion for people. */
  readonly explanation: string;
};

export type WhyOptions = {
  /** How many holders are listed at most; 50 when absent. Paths are not cut. */
  readonly limit?: number | undefined;
  /** Memories that were looked into; paths go on through them. */
  readonly heaps?: HeapLook | undefined;
};

type Asking = { readonly limit: number; readonly heaps: HeapLook | undefined };

type Asked = {
  readonly store: ReadOnlyStore;
  readonly graph: RetentionGraph;
  readonly node: NodeName;
  readonly krefs: readonly string[];
};

/** The names under which vats may have it in their rows, by vat. */
const listNames = ({ store, node, krefs }: Asked): readonly (readonly [vat: VatId, ref: string])[] => {
  const parsed = parseNode(node);
  const own = parsed.type === 'own' ? [[parsed.vat, parsed.ref] as const] : [];
  const sql = `SELECT vat, vref FROM clists WHERE kref IN (SELECT value FROM json_each(?)) AND vref LIKE 'o-%'`;
  const imports = store.query(sql, [JSON.stringify(krefs)]).map(row => [row['vat'] as VatId, String(row['vref'])] as const);
  return [...own, ...imports.sort(([a, aRef], [b, bRef]) => compareByNumber(a, b) || compareByNumber(aRef, bRef))];
};

const listHolders = (asked: Asked, limit: number): Page<Holder> => {
  const kernel = listKernelHolders(asked.store, asked.krefs, limit);
  const rows = [...kernel.rows];
  let { total } = kernel;
  for (const [vat, ref] of listNames(asked)) {
    const stored = asked.graph.citations.list(vat, ref, limit - rows.length);
    rows.push(...stored.rows);
    total += stored.total;
  }
  return { rows, total, skipped: 0, more: total - rows.length };
};

const insistLimit = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 0 && limit <= GREATEST_LIMIT) return limit;
  throw new CooperageError('ERR_ARGUMENT', `limit must be a whole number from 0 to ${GREATEST_LIMIT}`, { subject: 'limit' });
};

const tellSteps = (path: Path | undefined, graph: RetentionGraph, labels: Labels): readonly PathStep[] | null => {
  if (path === undefined) return null;
  return path.map(edge => {
    const how = graph.howOf(edge);
    const isOfVat = /^v\d+$/.test(how.holder);
    const what = edge.from !== null ? labels.node(edge.from) : isOfVat ? labels.vat(how.holder) : how.holder;
    const memory = edge.through?.describe();
    const whose = memory !== undefined && edge.from === null ? `${what}, which defines ${memory.from}` : what;
    return { from: edge.from, what: whose, how, to: edge.to, doubt: edge.doubt, memory: memory?.steps ?? null };
  });
};

const answer = (store: ReadOnlyStore, ref: string, { limit, heaps }: Asking): WhyAnswer => {
  const subject = getSubject(store, ref);
  const { node } = subject;
  const graph = new RetentionGraph(store, heaps);
  const labels = new Labels(store, graph);
  const krefs = graph.krefsOf([node]).get(node) ?? [];
  const search = new PathSearch(graph, node);
  const found = search.findPath();
  const isProven = found?.doubt === 'none' || found?.doubt === 'key';
  const behind = isProven ? undefined : search.findBehindHeaps();
  const told = {
    what: labels.node(node),
    path: tellSteps(found?.path, graph, labels),
    doubt: found?.doubt ?? null,
    ring: tellSteps(behind?.ring, graph, labels),
    detour: tellSteps(behind?.detour, graph, labels),
    isComplete: search.isComplete && behind?.isComplete !== false,
    isLook: heaps !== undefined,
  };
  const { isLook: _isLook, ...shown } = told;
  const { conclusion, lines } = tellAnswer(told);
  const holders = listHolders({ store, graph, node, krefs }, limit);
  return { ref: subject.ref, node, krefs, ...shown, holders, conclusion, explanation: lines.join('\n') };
};

/** Throws ERR_REF when there is no such thing, and says what became of it. */
export const explainWhy = (store: ReadOnlyStore, ref: string, options: WhyOptions = {}): WhyAnswer => {
  const limit = insistLimit(options.limit ?? DEFAULT_LIMIT);
  return store.inSnapshot(() => answer(store, ref, { limit, heaps: options.heaps }));
};
