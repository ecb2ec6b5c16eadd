/**
 * Defines a kind: its prototypes, its maker, and what else its author asked for. Making an object checks all there is to check before
 * anything is numbered, counted or stored: a construction that fails leaves no trace.
 */
import type { VRef } from '@cooperage/protocol/refs';
import { describeFailure } from '../describe-error.ts';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import type { StoredCapData, StoredDraft } from '../stored/stored-data.ts';
import type { FacetNames } from './behavior.ts';
import { Instances } from './instances.ts';
import type { KindOptions } from './kind-options.ts';
import { insistComplete, insistProperty, type StateShape } from './state-shape.ts';
import type { StoredProperty } from './states.ts';

export type Definition = {
  readonly tag: string;
  readonly isDurable: boolean;
  readonly facets: FacetNames;
  readonly init: unknown;
  readonly behavior: object;
  readonly options: KindOptions;
  readonly shape: StateShape | undefined;
};

/** What the author of a kind calls to make an object: gives the object, or the cohort of its facets. */
export type Maker = (...args: unknown[]) => object;

/** What a kind's number is, and what there is to do before its first object is made. */
export type KindNumber = { readonly id: number; readonly beforeFirst: () => void };

export type Kind = {
  /** Enters the kind under its number; until then nothing has happened. */
  readonly register: (number: KindNumber) => Maker;
};

const describe = ({ tag }: Definition): string => `kind ${JSON.stringify(tag)}`;

const encode = (draft: StoredDraft, what: string, value: unknown): StoredCapData => {
  try {
    return draft.encode(value);
  } catch (problem) {
    throw new TypeError(`${what} cannot be stored: ${describeFailure(problem)}`);
  }
};

const encodeProperty = (
  space: VatSpace,
  draft: StoredDraft,
  definition: Definition,
  [name, value]: [string, unknown],
): StoredProperty => {
  const what = `in ${describe(definition)}, value for ${JSON.stringify(name)}`;
  insistProperty(definition.tag, definition.shape, name, value);
  const data = encode(draft, what, value);
  if (definition.isDurable) space.storedData.insistDurable(what, data);
  return { name, data, value };
};

const writeProperty = (space: VatSpace, definition: Definition, baseRef: VRef, entry: [string, unknown]): void => {
  const property = space.storedData.draft(draft => {
    const encoded = encodeProperty(space, draft, definition, entry);
    draft.commit();
    return encoded;
  });
  space.states.write(baseRef, property);
};

/** The own properties of what `init` gave, each read once. */
const readInitialState = (definition: Definition, args: readonly unknown[]): [string, unknown][] => {
  const { init, shape, tag } = definition;
  if (init === undefined) return [];
  const initial: unknown = Reflect.apply(init as () => unknown, undefined, args);
  if (typeof initial !== 'object' || initial === null) {
    throw new TypeError(
      `init of ${describe(definition)} must return a record, not ${initial === null ? 'null' : typeof initial}: a record in the body of an arrow function needs parentheses`,
    );
  }
  const names = Object.getOwnPropertyNames(initial);
  insistComplete(tag, shape, new Set(names));
  return names.map(name => [name, (initial as Record<string, unknown>)[name]]);
};

const makeMaker = (space: VatSpace, definition: Definition, instances: Instances, { id, beforeFirst }: KindNumber): Maker => {
  const { states, kinds, counters, storedData } = space;
  const { isDurable, facets, options } = definition;
  let isFirst = true;
  return harden((...args: unknown[]): object => {
    const initial = readInitialState(definition, args);
    const properties = storedData.draft(draft => {
      const encoded = initial.map(entry => encodeProperty(space, draft, definition, entry));
      draft.commit();
      return encoded;
    });
    if (isFirst) beforeFirst();
    isFirst = false;
    const baseRef = `o+${isDurable ? 'd' : 'v'}${id}/${counters.nextInstance(id)}` as VRef;
    states.add(baseRef, properties);
    const made = instances.embody(baseRef);
    kinds.enter(baseRef, made, facets !== undefined);
    if (options.finish !== undefined) {
      const { watched } = made;
      options.finish(instances.provideContext({ baseRef, watched, facet: 0 }));
    }
    return made.watched;
  });
};

const handOut = ({ tag, facets, options }: Definition, instances: Instances): void => {
  const kind = `kind ${JSON.stringify(tag)}`;
  options.receiveAmplifier?.(
    harden((facet: unknown): object => {
      const standing = instances.find(facet);
      if (standing === undefined) throw new TypeError(`only facets of ${kind} can be amplified`);
      return standing.watched;
    }),
  );
  options.receiveInstanceTester?.(
    harden((value: unknown, facetName?: string): boolean => {
      const standing = instances.find(value);
      if (facetName === undefined) return standing !== undefined;
      const facet = facets?.indexOf(facetName) ?? -1;
      if (facet < 0) throw new TypeError(`${kind} has no facet ${JSON.stringify(facetName)}`);
      return standing?.facet === facet;
    }),
  );
};

/** Throws when the definition contradicts itself. */
export const prepareKind = (space: VatSpace, definition: Definition): Kind => {
  const { states, contexts, kinds } = space;
  const { tag, facets, behavior, options, shape } = definition;
  const instances = new Instances({
    ...{ states, contexts, tag, facets, behavior, options },
    propertyNames: shape && [...shape.keys()],
    writeProperty: (baseRef, name, value) => writeProperty(space, definition, baseRef, [name, value]),
  });
  return {
    register: number => {
      kinds.register(number.id, {
        ...{ tag, facets },
        reanimate: baseRef => instances.embody(baseRef),
        deleteSome: (baseRef, budget) => {
          budget.spend(2 + states.delete(baseRef));
          return true;
        },
      });
      handOut(definition, instances);
      return makeMaker(space, definition, instances, number);
    },
  };
};
