/**
 * What the host has drawn, and what follows from it: which nodes something reaches, and which of them the kernel must know. Looks at
 * nothing of the kernel. Promises are statements here: while who can settle one is reached, so is what waits for it.
 */

export type Kind = 'heap' | 'virtual' | 'durable';
export type Node = { readonly id: number; readonly vat: string; readonly kind: Kind };

/** Under a name in the heap of a vat's root, or in its baggage. */
export type Place = { readonly place: 'kept' | 'baggage'; readonly vat: string; readonly name: string; readonly to: number };

type Strong = { readonly type: 'strong'; readonly from: number; readonly to: number };
type Weak = { readonly type: 'weak'; readonly from: number; readonly key: number; readonly to: number };
/**
 * `vat` waits for a promise, with `to`. `from` can settle it, and `settler` is the vat that has it to decide, until it is known that
 * nobody can; `holder`, a node of the waiting vat, has the promise.
 */
type Await = {
  readonly type: 'await';
  readonly from: number | undefined;
  readonly settler: string | undefined;
  readonly holder: number | undefined;
  readonly vat: string;
  readonly to: number;
};
/** A message with `to` waits for a promise that `from` can settle; `vat` sent it. */
type Park = { readonly type: 'park'; readonly from: number; readonly to: number; readonly vat: string };
export type Statement = Strong | Weak | Await | Park;

/** `vat`: where the holder is; undefined for the kernel. */
export type Reach = { readonly to: number; readonly vat: string | undefined };

type Alive = ReadonlySet<number>;
const has = (alive: Alive, id: number | undefined): boolean => id !== undefined && alive.has(id);

const holds = (statement: Statement, alive: Alive): boolean => {
  if (statement.type === 'weak') return alive.has(statement.from) && alive.has(statement.key);
  return has(alive, statement.from) || (statement.type === 'await' && has(alive, statement.holder));
};

export class WebModel {
  readonly nodes = new Map<number, Node>();
  /** Nodes that ended with their vat or with its heap: others may still hold their names. */
  readonly ended = new Set<number>();
  statements: Statement[] = [];
  places: Place[] = [];
  readonly held = new Set<number>();
  /** By the promise of the answer that holds them. */
  readonly answers = new Map<string, number>();
  /** Vats that wait, with what they reached when they began to, and what waited for them. */
  readonly closed = new Map<string, readonly Reach[]>();
  #nextId = 1;

  add(vat: string, kind: Kind): Node {
    const node = { id: this.#nextId, vat, kind };
    this.#nextId += 1;
    this.nodes.set(node.id, node);
    return node;
  }

  get(id: number): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`the model has no node ${id}`);
    return node;
  }

  findAlive(): Set<number> {
    const alive = new Set([...this.held, ...this.answers.values(), ...this.places.map(({ to }) => to)]);
    for (const reached of this.closed.values()) for (const { to } of reached) alive.add(to);
    for (let before = -1; before !== alive.size;) {
      before = alive.size;
      for (const statement of this.statements) if (holds(statement, alive)) alive.add(statement.to);
    }
    return alive;
  }

  /** Nodes of which the kernel must have a row: somebody outside of their vat can reach them, or tell them apart. */
  findKnown(): Set<number> {
    const alive = this.findAlive();
    const known = new Set([...this.held, ...this.answers.values()]);
    const know = (to: number, vat: string | undefined): void => {
      if (this.get(to).vat !== vat || this.ended.has(to)) known.add(to);
    };
    for (const { vat, to } of this.places) know(to, vat);
    for (const reached of this.closed.values()) for (const { to, vat } of reached) know(to, vat);
    for (const statement of this.statements) {
      if (statement.type === 'weak' && holds(statement, alive) && !this.ended.has(statement.key)) {
        know(statement.key, this.get(statement.from).vat);
      }
      if (holds(statement, alive)) know(statement.to, this.#placeOf(statement));
    }
    return known;
  }

  /** The vat that a statement's holder is in; undefined for the kernel. */
  #placeOf(statement: Statement): string | undefined {
    if (statement.type === 'await') return statement.vat;
    const { vat } = this.get(statement.from);
    // A message that crosses from vat to vat waits in the kernel, and in the heap within one.
    return statement.type === 'park' && statement.vat !== vat ? undefined : vat;
  }

  /** What a vat reaches, and what waits for it. */
  reachedBy(vat: string): Reach[] {
    const alive = this.findAlive();
    const reached: Reach[] = this.places.filter(place => place.vat === vat);
    for (const statement of this.statements) {
      if (!holds(statement, alive)) continue;
      const isSettler = statement.type === 'await' || statement.type === 'park' ? this.#settlerOf(statement) === vat : false;
      const place = this.#placeOf(statement);
      if (isSettler || place === vat) reached.push({ to: statement.to, vat: place });
    }
    return reached;
  }

  #settlerOf(statement: Await | Park): string | undefined {
    return statement.type === 'await' ? statement.settler : this.get(statement.from).vat;
  }

  /** Strong edges of a node, as it would tell them. */
  edgesOf(id: number): number[] {
    return this.statements.flatMap(({ type, from, to }) => (type === 'strong' && from === id ? [to] : []));
  }

  clear(id: number): void {
    this.statements = this.statements.flatMap((statement): Statement[] => {
      if (statement.type !== 'await' && statement.type !== 'park') return statement.from === id ? [] : [statement];
      if (statement.type === 'park' || statement.holder !== id) return [statement];
      return statement.from === undefined && statement.settler === undefined ? [] : [{ ...statement, holder: undefined }];
    });
  }

  /** A node settles what it can; says what is heard of by which vats. */
  settle(id: number): readonly { readonly vat: string; readonly to: number }[] {
    const isSettled = ({ type, from }: Statement): boolean => from === id && (type === 'await' || type === 'park');
    const heard = this.statements.filter(isSettled).flatMap(s => (s.type === 'await' ? [{ vat: s.vat, to: s.to }] : []));
    this.statements = this.statements.filter(statement => !isSettled(statement));
    return heard;
  }

  /** A node forgets how to settle what it could: what waits is kept by nobody but those who have the promise. */
  forget(id: number): void {
    this.statements = this.statements.flatMap((statement): Statement[] => {
      if (statement.from !== id || statement.type === 'strong' || statement.type === 'weak') return [statement];
      return statement.type === 'await' ? [{ ...statement, from: undefined }] : [];
    });
  }

  /** The heap of a vat is no more; with `all`, the vat. */
  endHeap(vat: string, all: boolean): void {
    const gone = new Set<number>();
    for (const node of this.nodes.values()) {
      if (node.vat !== vat || (node.kind === 'durable' && !all) || this.ended.has(node.id)) continue;
      gone.add(node.id);
      this.ended.add(node.id);
    }
    this.statements = this.statements.filter(statement => {
      if (statement.type === 'await') return statement.vat !== vat && statement.settler !== vat;
      return !gone.has(statement.from);
    });
    this.places = this.places.filter(place => place.vat !== vat || (place.place === 'baggage' && !all));
  }

  /** A collection is over: what was not reached is no more, and promises that nobody can settle are known to be such. */
  collected(): void {
    const alive = this.findAlive();
    for (const id of [...this.nodes.keys()]) if (!alive.has(id)) this.nodes.delete(id);
    this.statements = this.statements.flatMap((statement): Statement[] => {
      if (statement.type !== 'await') {
        const isKept = alive.has(statement.from) && (statement.type !== 'weak' || alive.has(statement.key));
        return isKept ? [statement] : [];
      }
      if (!holds(statement, alive)) return [];
      return has(alive, statement.from) ? [statement] : [{ ...statement, from: undefined, settler: undefined }];
    });
  }
}
