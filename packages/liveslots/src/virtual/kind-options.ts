/** The options that come with the definition of a kind, checked. What is not known here is left alone, as vat authors expect. */
import type { FacetNames } from './behavior.ts';

export type KindOptions = {
  /** Runs once the object is there, before its maker returns it. */
  readonly finish?: ((context: object) => void) | undefined;
  /** A pattern for each property of the state, and no others. */
  readonly stateShape?: unknown;
  /** Lets a durable kind have another `stateShape` than before, whatever its objects hold. */
  readonly allowStateShapeChanges?: boolean | undefined;
  /** Methods find their context as `this`, not as first argument. */
  readonly thisfulMethods?: boolean | undefined;
  readonly interfaceGuard?: unknown;
  readonly interfaceGuardKit?: unknown;
  /** Given what leads from any facet to its cohort. */
  readonly receiveAmplifier?: ((amplify: (facet: unknown) => object) => void) | undefined;
  /** Given what tells objects of this kind from others. */
  readonly receiveInstanceTester?: ((isInstance: (value: unknown, facetName?: string) => boolean) => void) | undefined;
};

/** Options that only one of the two forms has, by name: what to use in the other. */
const FOR_KITS = {
  interfaceGuardKit: 'an object without facets has an interfaceGuard',
  receiveAmplifier: 'only facets of a kit can be amplified',
} as const;

export const insistOptions = (tag: string, facets: FacetNames, given: unknown): KindOptions => {
  if (given === undefined) return {};
  const kind = `kind ${JSON.stringify(tag)}`;
  if (typeof given !== 'object' || given === null) throw new TypeError(`the options of ${kind} must be a record`);
  const options = given as KindOptions;
  for (const name of ['finish', 'receiveAmplifier', 'receiveInstanceTester'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`option ${name} of ${kind} must be a function`);
    }
  }
  if (facets !== undefined && options.interfaceGuard !== undefined) {
    throw new TypeError(`${kind} cannot have option interfaceGuard: the facets of a kit have an interfaceGuardKit`);
  }
  if (facets === undefined) {
    for (const name of ['interfaceGuardKit', 'receiveAmplifier'] as const) {
      if (options[name] !== undefined) throw new TypeError(`${kind} cannot have option ${name}: ${FOR_KITS[name]}`);
    }
  }
  return options;
};
