/**
 * Who keeps what, asked backwards: for each node the edges that lead to it, read from the tables when a search comes by, many nodes at
 * once, and remembered. What it draws agrees with what the collector of cycles draws forwards (`kernel/src/gc/mark/survey.ts`), but that
 * a heap is a node here, which may hold whatever its vat has.
 */
import type { HeapLook, HeapPath } from '@cooperage/protocol/heap-look';
import { BAGGAGE_VREF } from '@cooperage/protocol/stored-rows';
import { type KRef, parseVRef, ROOT_VREF, type VatId } from '@cooperage/protocol/refs';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from '../fields.ts';
import { compareEdges, type Doubt, type Edge, type Holder } from './edges.ts';
import { locateMessages, readKernelHolders, type MessagePlace } from './kernel-holders.ts';
import { heapNode, isStoredRef, type NodeName, ownNode, type ParsedNode, parseNode, settlingNode } from './nodes.ts';
import { type Citing, StoredCitations } from './stored-citations.ts';

type Own = Extract<ParsedNode, { type: 'own' }>;
/** What a batch of nodes is known by, and what was found of it. */
type Findings = {
  readonly krefs: ReadonlyMap<NodeName, readonly string[]>;
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
  readonly messages: ReadonlyMap<string, MessagePlace>;
  readonly citations: ReadonlyMap<VatId, ReadonlyMap<string, readonly Citing[]>>;
};

const groupBy = <Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> => {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};

const isMessageKind = (kind: string): boolean => kind.startsWith('message ');
const isImport = ({ kind, ref, detail }: Holder): boolean => kind === 'c-list' && ref.startsWith('ko') && detail.startsWith('o-');

export class RetentionGraph {
  readonly citations: StoredCitations;
  readonly #store: ReadOnlyStore;
  readonly #heaps: HeapLook | undefined;
  readonly #edges = new Map<NodeName, readonly Edge[]>();
  readonly #dying: ReadonlySet<string>;

  /** With `heaps`, the memories of vats that were looked into are no secret, and what leads where in them are edges like others. */
  constructor(store: ReadOnlyStore, heaps?: HeapLook) {
    this.#store = store;
    this.#heaps = heaps;
    this.citations = new StoredCitations(store);
    this.#dying = new Set(store.query(`SELECT vat FROM vats WHERE state = 'terminated'`).map(row => String(row['vat'])));
  }

  /** The edges that lead to these nodes, in a fixed order for each. */
  edgesInto(nodes: readonly NodeName[]): readonly (readonly Edge[])[] {
    const unknown = [...new Set(nodes.filter(node => !this.#edges.has(node)))];
    const byType = groupBy(unknown, node => parseNode(node).type);
    this.#readKept([...(byType.get('own') ?? []), ...(byType.get('kernel') ?? [])]);
    this.#readSettling(byType.get('settling') ?? []);
    for (const node of byType.get('heap') ?? []) this.#readHeap(node);
    return nodes.map(node => this.#edges.get(node) ?? []);
  }

  /** Where the holder of an edge holds. */
  howOf({ from, to, how }: Edge): Holder {
    if (how !== undefined) return how;
    const holder = parseNode(from ?? '');
    if (holder.type !== 'own') throw new Error(`an edge from ${from ?? 'a root'} does not say how it holds`);
    for (const ref of this.#refsIn(holder.vat, to)) {
      const located = this.citations.locate(holder.vat, holder.ref, ref);
      if (located !== undefined) return located;
    }
    return { kind: 'stored', holder: from ?? '', detail: '', ref: to, strength: 'strong' };
  }

  /** All krefs that a node has, by node. */
  krefsOf(nodes: readonly NodeName[]): ReadonlyMap<NodeName, readonly string[]> {
    const own = nodes.flatMap(node => {
      const parsed = parseNode(node);
      return parsed.type === 'own' ? [[node, parsed.vat, parsed.ref]] : [];
    });
    const names = `SELECT value ->> 0 AS node, value ->> 1 AS vat, value ->> 2 AS ref FROM json_each(:own)`;
    const sql = `WITH names AS MATERIALIZED (${names})
      SELECT node, kref FROM names n CROSS JOIN clists c ON c.vat = n.vat AND c.vref = n.ref
      UNION ALL SELECT node, kref FROM names n CROSS JOIN clists c
        ON c.vat = n.vat AND c.vref > n.ref || ':' AND c.vref < n.ref || ';'`;
    const rows = own.length === 0 ? [] : this.#store.query(sql, { own: JSON.stringify(own) }).map(toFields);
    const krefs = new Map<NodeName, string[]>();
    for (const node of nodes) {
      const parsed = parseNode(node);
      if (parsed.type === 'kernel') krefs.set(node, [parsed.kref]);
    }
    for (const row of rows) krefs.set(row.text('node'), [...(krefs.get(row.text('node')) ?? []), row.text('kref')]);
    return krefs;
  }

  /** The names that a vat can have for a node in its rows. */
  #refsIn(vat: VatId, node: NodeName): readonly string[] {
    const parsed = parseNode(node);
    if (parsed.type === 'own' && parsed.vat === vat) return [parsed.ref];
    const krefs = this.krefsOf([node]).get(node) ?? [];
    return krefs
      .flatMap(kref => this.#store.query('SELECT vref FROM clists WHERE vat = ? AND kref = ?', [vat, kref]))
      .map(row => String(row['vref']));
  }

  #set(node: NodeName, edges: readonly Edge[]): void {
    this.#edges.set(node, [...edges].sort(compareEdges));
  }

  #readKept(nodes: readonly NodeName[]): void {
    if (nodes.length === 0) return;
    const krefs = this.krefsOf(nodes);
    const rows = readKernelHolders(this.#store, [...new Set([...krefs.values()].flat())]);
    const held = rows.filter(({ strength }) => strength === 'strong');
    const findings: Findings = {
      krefs,
      holders: groupBy(held, ({ ref }) => ref),
      messages: this.#locate(held),
      citations: this.#findCitations(nodes, held),
    };
    for (const node of nodes) this.#set(node, this.#edgesOf(node, findings));
  }

  #locate(holders: readonly Holder[]): ReadonlyMap<string, MessagePlace> {
    const messages = new Set(holders.filter(({ kind }) => isMessageKind(kind)).map(({ holder }) => holder));
    return messages.size === 0 ? new Map() : locateMessages(this.#store, messages);
  }

  /** Of own nodes in their vats, and of imports in the vats that hold them. */
  #findCitations(nodes: readonly NodeName[], holders: readonly Holder[]): Findings['citations'] {
    const wanted = new Map<VatId, Set<string>>();
    const want = (vat: VatId, ref: string): void => {
      const refs = wanted.get(vat) ?? new Set();
      wanted.set(vat, refs.add(ref));
    };
    for (const node of nodes) {
      const parsed = parseNode(node);
      if (parsed.type === 'own') want(parsed.vat, parsed.ref);
    }
    for (const holder of holders) if (isImport(holder)) want(holder.holder as VatId, holder.detail);
    return new Map([...wanted].map(([vat, refs]) => [vat, this.citations.find(vat, refs)]));
  }

  #edgesOf(node: NodeName, findings: Findings): Edge[] {
    const edges: Edge[] = [];
    for (const kref of findings.krefs.get(node) ?? []) {
      for (const holder of findings.holders.get(kref) ?? []) edges.push(...this.#edgesFromHolder(node, holder, findings));
    }
    const parsed = parseNode(node);
    if (parsed.type === 'own') edges.push(...this.#edgesFromItsVat(node, parsed, findings, edges.length > 0));
    else if (parsed.type === 'kernel' && parsed.kref.startsWith('kd')) edges.push(this.#edgeFromDevice(node));
    return edges;
  }

  #edgesFromHolder(to: NodeName, how: Holder, { messages, citations }: Findings): Edge[] {
    const { kind, holder, detail } = how;
    if (kind === 'c-list') {
      if (this.#dying.has(holder)) return [{ from: null, to, doubt: 'none', how: { ...how, kind: 'cleanup' } }];
      if (isImport(how)) return this.#edgesFromVat(to, how, citations.get(holder as VatId)?.get(detail) ?? []);
      if (how.ref.startsWith('kd')) return [];
      const isWatched = this.citations.isWatched(holder as VatId, detail);
      const heap = this.#edgesFromHeap(to, { ...how, kind: 'heap' }, isWatched ? 'perhaps' : 'heap');
      return isWatched ? [{ from: null, to, doubt: 'none', how: { ...how, kind: 'watch' } }, ...heap] : heap;
    }
    if (isMessageKind(kind)) return [this.#edgeFromMessage(to, how, messages)];
    return [{ from: kind === 'promise data' ? holder : null, to, doubt: 'none', how }];
  }

  /** A message that waits for a promise keeps what it cites for as long as something can settle that. */
  #edgeFromMessage(to: NodeName, how: Holder, messages: ReadonlyMap<string, MessagePlace>): Edge {
    const promise = messages.get(how.holder)?.promise ?? null;
    return { from: promise === null ? null : settlingNode(promise), to, doubt: 'none', how };
  }

  /** What in a vat keeps an import: stored objects that cite it, or the heap. */
  #edgesFromVat(to: NodeName, name: Holder, citings: readonly Citing[]): Edge[] {
    const stored = this.#edgesFromCitings(to, name.holder as VatId, citings);
    return [...stored, ...this.#edgesFromHeap(to, { ...name, kind: 'heap' }, stored.length > 0 ? 'perhaps' : 'heap')];
  }

  #edgesFromCitings(to: NodeName, vat: VatId, citings: readonly Citing[]): Edge[] {
    return citings.map(({ by, weakKey, how }) => {
      return { from: by === null ? null : ownNode(vat, by), to, doubt: weakKey ? 'key' : 'none', how };
    });
  }

  /** A vat that has ended has no heap; what its rows name is held until they are gone. */
  #edgesFromHeap(to: NodeName, how: Holder, doubt: Doubt): Edge[] {
    if (this.#dying.has(how.holder)) return [{ from: null, to, doubt: 'none', how: { ...how, kind: 'cleanup' } }];
    const vat = how.holder as VatId;
    const paths = this.#heaps?.findPaths(vat, parseVRef(how.detail)?.baseRef ?? how.detail);
    if (paths === undefined) return [{ from: heapNode(vat), to, doubt, how }];
    return paths.map((through): Edge => {
      const from = this.#findSource(vat, through);
      return { from, to, doubt: through.needsKey ? 'key' : 'none', how: { ...how, kind: 'memory' }, through };
    });
  }

  /** What a path through the memory of a vat begins with; null where it is a root. */
  #findSource(vat: VatId, { source: { kind, ref } }: HeapPath): NodeName | null {
    if (kind === 'kind') return null;
    if (kind === 'export' || kind === 'stored') return ownNode(vat, ref);
    const [row] = this.#store.query('SELECT kref FROM clists WHERE vat = ? AND vref = ?', [vat, ref]);
    if (row === undefined) return null;
    return kind === 'awaits' ? settlingNode(String(row['kref'])) : String(row['kref']);
  }

  /** `isHeld`: the kernel holds it for others, so nothing in the vat itself needs to. */
  #edgesFromItsVat(to: NodeName, { vat, ref }: Own, findings: Findings, isHeld: boolean): Edge[] {
    const how: Holder = { kind: 'heap', holder: vat, detail: ref, ref, strength: 'strong' };
    const citings = findings.citations.get(vat)?.get(ref) ?? [];
    const edges = this.#edgesFromCitings(to, vat, citings);
    if (ref === BAGGAGE_VREF) edges.push({ from: null, to, doubt: 'none', how: { ...how, kind: 'baggage' } });
    // The record of an exported object of the heap does not depend on the heap.
    if (!isStoredRef(ref) && findings.krefs.has(to)) return edges;
    return [...edges, ...this.#edgesFromHeap(to, how, isHeld || edges.length > 0 ? 'perhaps' : 'heap')];
  }

  #edgeFromDevice(to: NodeName): Edge {
    const [row] = this.#store.query('SELECT device, kind, id FROM device_nodes WHERE kref = ?', [to]);
    const { device = '', kind = '', id = '' } = (row ?? {}) as { device?: string; kind?: string; id?: string };
    const how: Holder = {
      kind: 'device',
      holder: device,
      detail: kind === 'root' ? 'root' : `${kind} ${id}`,
      ref: to,
      strength: 'strong',
    };
    return { from: null, to, doubt: 'none', how };
  }

  /** Who can settle a promise: its decider, or the message whose result it is; what stored watches wait for is settled one day. */
  #readSettling(nodes: readonly NodeName[]): void {
    if (nodes.length === 0) return;
    const promises = nodes.map(node => node.slice(0, -1));
    const holders = readKernelHolders(this.#store, promises);
    const messages = this.#locate(holders);
    const byPromise = groupBy(holders, ({ ref }) => ref);
    const sql = 'SELECT kref, decider FROM promises WHERE kref IN (SELECT value FROM json_each(?))';
    const deciders = new Map(this.#store.query(sql, [JSON.stringify(promises)]).map(row => [row['kref'], row['decider']]));
    for (const promise of promises) {
      const to = settlingNode(promise);
      const edges = (byPromise.get(promise) ?? []).flatMap((how): Edge[] => {
        if (how.kind === 'message result') return [this.#edgeFromMessage(to, how, messages)];
        if (how.kind !== 'c-list') return [];
        const isDecider = deciders.get(promise) === how.holder;
        const heap = isDecider ? this.#edgesFromHeap(to, { ...how, kind: 'heap' }, 'heap') : [];
        const isWatched = this.citations.isWatched(how.holder as VatId, how.detail);
        return isWatched ? [...heap, { from: null, to, doubt: 'none', how: { ...how, kind: 'watch' } }] : heap;
      });
      this.#set(to, edges);
    }
  }

  /** For whose sake a heap may hold things: what the vat exports, but for its root, and promises that it waits for. */
  #readHeap(node: NodeName): void {
    const { vat } = parseNode(node) as Extract<ParsedNode, { type: 'heap' }>;
    const sql = `SELECT c.kref, c.vref FROM clists c LEFT JOIN promises p ON p.kref = c.kref
      WHERE c.vat = :vat AND c.vref <> :root AND CASE WHEN p.kref IS NULL THEN c.vref LIKE 'o+%' AND c.reachable = 1
        ELSE p.state = 'unresolved' AND p.decider IS NOT :vat END`;
    const rows = this.#store.query(sql, { vat, root: ROOT_VREF }).map(toFields);
    const edges = rows.map((row): Edge => {
      const [kref, vref] = [row.text('kref') as KRef, row.text('vref')];
      const isPromise = kref.startsWith('kp');
      const how: Holder = { kind: isPromise ? 'awaits' : 'export', holder: vat, detail: vref, ref: kref, strength: 'strong' };
      return { from: isPromise ? settlingNode(kref) : ownNode(vat, vref), to: node, doubt: 'perhaps', how };
    });
    this.#set(node, edges);
  }
}
