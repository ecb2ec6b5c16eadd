/**
 * What a kind does: the methods of its objects, or, for kits, several sets of methods under the names of facets. Which of the two must
 * agree with the function that defines the kind.
 */
import { harden } from '../harden.ts';

export type Methods = Readonly<Record<PropertyKey, unknown>>;

/** How one object looks from outside: the names of its facets in order of their numbers; undefined for objects without facets. */
export type FacetNames = readonly string[] | undefined;

export type BehaviorForm = 'methods' | 'facets' | 'neither';

const isObject = (value: unknown): value is Methods => typeof value === 'object' && value !== null;

const isMethods = (value: unknown): value is Methods =>
  isObject(value) && Reflect.ownKeys(value).every(name => typeof value[name] === 'function');

/** An object without properties is a set of no methods: a marker. */
export const classifyBehavior = (behavior: unknown): BehaviorForm => {
  if (isMethods(behavior)) return 'methods';
  if (!isObject(behavior)) return 'neither';
  return Reflect.ownKeys(behavior).every(name => typeof name === 'string' && isMethods(behavior[name])) ? 'facets' : 'neither';
};

const REMEDY = {
  methods: 'a kind whose objects have no facets is defined by defineKind or defineDurableKind',
  facets: 'a kind whose objects have facets is defined by defineKindMulti or defineDurableKindMulti',
} as const;

/** Throws unless the behaviour has the form, and names its facets in alphabetical order. */
export const insistBehavior = (behavior: unknown, wanted: 'methods' | 'facets', tag: string): FacetNames => {
  const form = classifyBehavior(behavior);
  const kind = `kind ${JSON.stringify(tag)}`;
  if (form === 'neither') {
    throw new TypeError(
      `the behavior of ${kind} must be a record of functions, or a record of facets that are records of functions`,
    );
  }
  if (form !== wanted) throw new TypeError(`the behavior of ${kind} has ${form}, not ${wanted}: ${REMEDY[form]}`);
  harden(behavior);
  if (wanted === 'methods') return undefined;
  const names = Object.keys(behavior as object).sort();
  if (names.length < 2)
    throw new TypeError(`${kind} must have more than the facet ${JSON.stringify(names[0])}: ${REMEDY.methods}`);
  return names;
};
