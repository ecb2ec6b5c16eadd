/**
 * The kernel's suspects as objects of the engine's own heap: a token for each node, tied to each other and to what vats hold by the
 * edges that the kernel and the vats state. One collection then decides all at once, with the engine's own marking, and every kind of
 * edge that the language has counts.
 *
 * A token is held by nothing but those edges. Whoever uses this must let the engine finish the current job before it collects.
 */
import { ALIVE, type DeadNodes, type SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { Links } from './links.ts';

/** Reaches what it holds; and, with a key, what is filed under that key. */
type Token = { readonly holds: unknown[]; filed: WeakMap<object, unknown[]> | undefined };

const addTo = (map: WeakMap<object, unknown[]>, key: object, value: unknown): void => {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
};

export class EngineLinks implements Links {
  readonly #tokens: WeakRef<Token>[] = [];
  /** Of anything in memory: the tokens that it leads to, and what is filed in it. */
  readonly #leads = new WeakMap<object, unknown[]>();
  readonly #filed = new WeakMap<object, WeakMap<object, unknown[]>>();
  /** Filed in tables that are alive anyway. */
  readonly #filedForGood = new WeakMap<object, unknown[]>();
  /** Until all links are made: then nothing of ours may hold a token. */
  #building: Token[] = [];

  constructor({ nodes, edges, clauses }: SuspectWorld) {
    for (let node = 0; node < nodes; node += 1) this.#building.push({ holds: [], filed: undefined });
    this.#tokens = this.#building.map(token => new WeakRef(token));
    for (let i = 0; i < edges.length; i += 2) this.#token(edges[i]).holds.push(this.#token(edges[i + 1]));
    for (let i = 0; i < clauses.length; i += 3) this.#fileNode(clauses.subarray(i, i + 3));
  }

  #token(node: number | undefined): Token {
    const token = this.#building[node ?? -1];
    if (token === undefined) throw new Error(`there is no suspect ${node}`);
    return token;
  }

  #fileNode([table = ALIVE, key = ALIVE, value]: Int32Array): void {
    const kept = this.#token(value);
    if (key === ALIVE) this.#token(table).holds.push(kept);
    else if (table === ALIVE) addTo(this.#filedForGood, this.#token(key), kept);
    else {
      const token = this.#token(table);
      token.filed ??= new WeakMap();
      addTo(token.filed, this.#token(key), kept);
    }
  }

  lead(value: object, node: number): void {
    addTo(this.#leads, value, this.#token(node));
  }

  hold(node: number, value: object): void {
    this.#token(node).holds.push(value);
  }

  file(table: object, key: number, value: object): void {
    let filed = this.#filed.get(table);
    if (filed === undefined) this.#filed.set(table, (filed = new WeakMap()));
    addTo(filed, this.#token(key), value);
  }

  /** All links are made: from here on the collector decides. */
  letGo(): void {
    this.#building = [];
  }

  isAlive(node: number): boolean {
    return this.#tokens[node]?.deref() !== undefined;
  }

  /** After the collection. */
  listDead(): DeadNodes {
    return Uint8Array.from(this.#tokens, token => (token.deref() === undefined ? 1 : 0));
  }
}
