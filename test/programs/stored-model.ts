/**
 * What a vat with stored data must answer, in plain objects: no rows, no references, no collector. Follows the commands of
 * `vats/vat-keeper.js`. Only upgrades make a difference between what is durable and what is not.
 */

/** Anything that has an identity. `lives`: until when. A thing of another vat counts as durable. */
export type Entity = {
  readonly label: string;
  readonly sort: 'object' | 'kit' | 'map' | 'set' | 'weakMap' | 'weakSet' | 'heap' | 'thing' | 'promise';
  readonly lives: 'durable' | 'virtual' | 'heap';
  readonly state: Record<string, Value>;
  entries: Entry[];
  /** Of a promise: undefined until it is settled. */
  settlement: { readonly outcome: 'fulfilled' | 'rejected'; readonly value: Value } | undefined;
  watches: { readonly label: string; readonly thing: Value }[];
  /** The vat was upgraded, and this was not durable. */
  isLost: boolean;
};
export type Ref = { readonly entity: Entity; readonly facet: '' | ' left' | ' right' };
type Scalar = string | number | bigint | boolean | null;
export type Value = Scalar | Ref | readonly Value[];
type Entry = { readonly key: Scalar | Ref; value: Value; readonly ordinal: number };
export type Key = Scalar | Ref;

export const isRef = (value: Value): value is Ref => typeof value === 'object' && value !== null && 'entity' in value;
const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isSame = (a: Ref, b: Ref): boolean => a.entity === b.entity && a.facet === b.facet;

/** Whether durable data may hold it. */
export const isDurable = (value: Value): boolean => {
  if (isList(value)) return value.every(isDurable);
  return !isRef(value) || value.entity.lives === 'durable' || value.entity.isLost;
};

/** As the keeper describes it. */
export const describe = (value: Value): unknown => {
  if (isList(value)) return value.map(describe);
  return isRef(value) ? { is: value.entity.isLost ? 'lost' : `${value.entity.label}${value.facet}` } : value;
};

const RANKS = ['boolean', 'number', 'bigint', 'object', 'string', 'null'];
const rankOf = (key: Key): number => RANKS.indexOf(key === null ? 'null' : typeof key);
const compare = (a: Entry, b: Entry): number => {
  if (rankOf(a.key) !== rankOf(b.key)) return rankOf(a.key) - rankOf(b.key);
  if (isRef(a.key)) return a.ordinal - b.ordinal;
  return a.key === b.key ? 0 : (a.key as string) < (b.key as string) ? -1 : 1;
};

/** What a command comes to. */
export type Outcome = { readonly answer: unknown } | { readonly problem: string };
const answer = (value: unknown = null): Outcome => ({ answer: value });
const problem = (word: string): Outcome => ({ problem: word });

export const isMap = ({ sort }: Entity): boolean => sort === 'map' || sort === 'weakMap';
export const isStrong = ({ sort }: Entity): boolean => sort === 'map' || sort === 'set';
export const isCollection = (entity: Entity): boolean => isMap(entity) || entity.sort === 'set' || entity.sort === 'weakSet';

export class StoredModel {
  readonly variables = new Map<string, Ref>();
  readonly shelves = new Map<string, Ref>();
  #log: unknown[] = [];
  #entities: Entity[] = [];
  #ordinal = 0;

  /** A new entity under a label of its own. */
  make(sort: Entity['sort'], lives: Entity['lives'], state: Record<string, Value> = {}): Entity {
    const label = `${sort} ${this.#entities.length + 1}`;
    const entity: Entity = { label, sort, lives, state, entries: [], settlement: undefined, watches: [], isLost: false };
    this.#entities.push(entity);
    return entity;
  }

  #find(collection: Entity, key: Key): Entry | undefined {
    return collection.entries.find(entry => (isRef(entry.key) ? isRef(key) && isSame(entry.key, key) : entry.key === key));
  }

  write(entity: Entity, property: string, value: Value): Outcome {
    if (!this.#takes(entity, value)) return problem('fleeting');
    entity.state[property] = value;
    return answer();
  }

  has(collection: Entity, key: Key): Outcome {
    return answer(this.#find(collection, key) !== undefined);
  }

  find(collection: Entity, key: Key): Value | undefined {
    return this.#find(collection, key)?.value;
  }

  get(collection: Entity, key: Key): Outcome {
    const entry = this.#find(collection, key);
    return entry === undefined ? problem('missing') : answer(describe(entry.value));
  }

  init(collection: Entity, key: Key, value: Value): Outcome {
    if (!this.#takes(collection, value)) return problem('fleeting');
    if (this.#find(collection, key) !== undefined) return problem('present');
    return this.#insert(collection, key, value);
  }

  set(collection: Entity, key: Key, value: Value): Outcome {
    if (!this.#takes(collection, value)) return problem('fleeting');
    const entry = this.#find(collection, key);
    if (entry === undefined) return problem('missing');
    entry.value = value;
    return answer();
  }

  add(collection: Entity, key: Key): Outcome {
    return this.#find(collection, key) === undefined ? this.#insert(collection, key, null) : answer();
  }

  #takes({ lives }: Entity, value: Value): boolean {
    return lives !== 'durable' || isDurable(value);
  }

  #insert(collection: Entity, key: Key, value: Value): Outcome {
    if (!this.#takes(collection, key)) return problem('fleeting');
    this.#ordinal += 1;
    collection.entries.push({ key, value, ordinal: this.#ordinal });
    return answer();
  }

  delete(collection: Entity, key: Key): Outcome {
    const entry = this.#find(collection, key);
    if (entry === undefined) return problem('missing');
    collection.entries = collection.entries.filter(other => other !== entry);
    return answer();
  }

  size(collection: Entity): Outcome {
    return answer(collection.entries.length);
  }

  list(collection: Entity): Outcome {
    const sorted = [...collection.entries].sort(compare);
    return answer(sorted.map(({ key, value }) => (collection.sort === 'map' ? [describe(key), describe(value)] : describe(key))));
  }

  clear(collection: Entity, isTextsOnly = false): Outcome {
    collection.entries = isTextsOnly ? collection.entries.filter(({ key }) => typeof key !== 'string') : [];
    return answer();
  }

  watch(promise: Entity, label: string, thing: Value): Outcome {
    if (!isDurable(thing)) return problem('fleeting');
    if (promise.settlement === undefined) promise.watches.push({ label, thing });
    else this.#tell(label, promise.settlement, thing);
    return answer();
  }

  settle(promise: Entity, outcome: 'fulfilled' | 'rejected', value: Value): Outcome {
    promise.settlement = { outcome, value };
    for (const { label, thing } of promise.watches) this.#tell(label, promise.settlement, thing);
    promise.watches = [];
    return answer();
  }

  #tell(label: string, { outcome, value }: { readonly outcome: string; readonly value: Value }, thing: Value): void {
    this.#log.push([label, outcome, value, describe(thing)]);
  }

  takeLog(): unknown[] {
    return this.#log.splice(0);
  }

  /** Only what is durable stays. What others hold of the rest stays with them, and is lost. */
  upgrade(): void {
    for (const entity of this.#entities.filter(({ isLost }) => !isLost)) {
      if (entity.lives === 'durable') continue;
      if (entity.settlement === undefined) {
        for (const { label, thing } of entity.watches) this.#tell(label, { outcome: 'rejected', value: 'vatUpgraded' }, thing);
      }
      entity.isLost = true;
    }
    for (const name of [...this.variables.keys()]) if (name.startsWith('h')) this.variables.delete(name);
  }
}
