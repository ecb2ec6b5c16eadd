/** What a node is, in a few words: kind of an object, label of a collection, state of a promise. Texts of vats are quoted as JSON. */
import { BAGGAGE_VREF } from '@cooperage/protocol/stored-rows';
import { parseVRef, ROOT_VREF, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type NodeName, isStoredRef, parseNode } from './nodes.ts';
import type { RetentionGraph } from './retention-graph.ts';

const DURABLE_COLLECTIONS: Readonly<Record<number, string>> = { 2: 'map', 3: 'weakMap', 4: 'set', 5: 'weakSet' };
const TYPE_NAMES: Readonly<Record<string, string>> = { map: 'map', weakMap: 'weak map', set: 'set', weakSet: 'weak set' };
const TEXT_LENGTH = 100;

const quote = (text: unknown): string => {
  if (typeof text !== 'string') return '(without a name)';
  return JSON.stringify(text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text);
};

export class Labels {
  readonly #store: ReadOnlyStore;
  readonly #graph: RetentionGraph;
  readonly #vats = new Map<string, string>();

  constructor(store: ReadOnlyStore, graph: RetentionGraph) {
    this.#store = store;
    this.#graph = graph;
  }

  /** `v2 (bob)`. */
  vat(vat: string): string {
    const known = this.#vats.get(vat);
    if (known !== undefined) return known;
    const [row] = this.#store.query('SELECT name FROM vats WHERE vat = ?', [vat]);
    const name = row === undefined ? vat : `${vat} (${String(row['name'])})`;
    this.#vats.set(vat, name);
    return name;
  }

  /** `ko52, o+7 of v1 (alice)`; `v2 o+d12/5, of kind "purse"`. */
  node(node: NodeName): string {
    const parsed = parseNode(node);
    switch (parsed.type) {
      case 'heap':
        return `the heap of ${this.vat(parsed.vat)}`;
      case 'settling':
        return `what can settle ${parsed.promise}`;
      case 'own':
        return this.#own(node, parsed.vat, parsed.ref);
      default:
        return this.#kernel(parsed.kref);
    }
  }

  #own(node: NodeName, vat: VatId, ref: VRef): string {
    const krefs = this.#graph.krefsOf([node]).get(node) ?? [];
    if (isStoredRef(ref)) {
      const known = krefs.length === 0 ? '' : `, ${krefs.join(' ')} to others`;
      return `${node}, ${this.#stored(vat, ref)}${known}`;
    }
    const what = ref === ROOT_VREF ? `the root of ${this.vat(vat)}` : `${ref} of ${this.vat(vat)}`;
    return krefs.length === 0 ? `${node}, in the heap of ${this.vat(vat)}` : `${krefs.join(' ')}, ${what}`;
  }

  #stored(vat: VatId, ref: VRef): string {
    if (ref === BAGGAGE_VREF) return `the baggage of ${this.vat(vat)}`;
    const { durability, id = 0, instance } = parseVRef(ref) ?? {};
    const isDurable = durability === 'durable';
    const whose = `of ${this.vat(vat)}`;
    if (isDurable && id === 1) return `the handle of kind ${quote(this.#read(vat, `kind.d${instance}`)['tag'])} ${whose}`;
    const kind = this.#read(vat, `kind.${isDurable ? 'd' : 'v'}${id}`);
    const type = isDurable ? DURABLE_COLLECTIONS[id] : kind['collection'];
    if (typeof type !== 'string') return `of kind ${quote(kind['tag'])} ${whose}`;
    return `the ${TYPE_NAMES[type] ?? 'collection'} ${quote(this.#read(vat, `collection.${ref}`)['label'])} ${whose}`;
  }

  #kernel(kref: string): string {
    if (kref.startsWith('ko')) return `${kref}, which no vat owns any more`;
    if (kref.startsWith('kd')) return `${kref}, a node of a device`;
    const [row] = this.#store.query('SELECT state, decider FROM promises WHERE kref = ?', [kref]);
    const decider = typeof row?.['decider'] === 'string' ? `, for ${this.vat(row['decider'])} to settle` : '';
    return `${kref}, a promise: ${String(row?.['state'] ?? 'gone')}${decider}`;
  }

  /** A row that liveslots wrote; nothing is known from any other. */
  #read(vat: VatId, key: string): Readonly<Record<string, unknown>> {
    const [row] = this.#store.query('SELECT value FROM vatstore WHERE vat = ? AND key = ?', [vat, key]);
    try {
      const value: unknown = JSON.parse(String(row?.['value'] ?? '{}'));
      return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
    } catch {
      return {};
    }
  }
}
