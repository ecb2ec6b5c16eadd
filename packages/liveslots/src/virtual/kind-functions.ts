/** What `VatData` offers for kinds. */
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import { insistBehavior } from './behavior.ts';
import { prepareKind, type Definition, type Maker } from './define-kind.ts';
import { defineDurableKind, makeKindHandle } from './durable-kinds.ts';
import { insistOptions } from './kind-options.ts';
import { addVirtualKind } from './kind-rows.ts';
import { makeStateShape } from './state-shape.ts';

/** What its author says of a kind, as given. */
type Given = { readonly init: unknown; readonly behavior: unknown; readonly options: unknown };
type Form = 'methods' | 'facets';

const describeKind = (
  tag: string,
  form: Form,
  { init, behavior, options: givenOptions }: Given,
): Omit<Definition, 'isDurable'> => {
  if (init !== undefined && typeof init !== 'function')
    throw new TypeError(`init of kind ${JSON.stringify(tag)} must be a function`);
  const facets = insistBehavior(behavior, form, tag);
  const options = insistOptions(tag, facets, givenOptions);
  return { tag, facets, init, behavior: behavior as object, options, shape: makeStateShape(tag, options.stateShape) };
};

const defineVirtualKind = (space: VatSpace, tag: unknown, form: Form, given: Given): Maker => {
  if (typeof tag !== 'string') throw new TypeError('a kind needs a tag that is a text');
  const definition: Definition = { ...describeKind(tag, form, given), isDurable: false };
  const kind = prepareKind(space, definition);
  const id = space.counters.nextKind();
  const row = definition.facets === undefined ? { tag } : { tag, facets: definition.facets };
  return kind.register({ id, beforeFirst: () => addVirtualKind(space.rows, id, row) });
};

/** Whether durable data could hold `value`. */
const canBeDurable = ({ storedData }: VatSpace, value: unknown): boolean =>
  storedData.draft(draft => {
    try {
      storedData.insistDurable('value', draft.encode(value));
      return true;
    } catch {
      return false;
    }
  });

export const makeKindFunctions = (space: VatSpace) => {
  const definer = (form: Form) => (tag: unknown, init: unknown, behavior: unknown, options?: unknown) =>
    defineVirtualKind(space, tag, form, { init, behavior, options });
  const durableDefiner = (form: Form) => (handle: unknown, init: unknown, behavior: unknown, options?: unknown) =>
    defineDurableKind(space, handle, tag => describeKind(tag, form, { init, behavior, options }));
  return harden({
    makeKindHandle: (tag: unknown) => makeKindHandle(space, tag),
    defineKind: definer('methods'),
    defineKindMulti: definer('facets'),
    defineDurableKind: durableDefiner('methods'),
    defineDurableKindMulti: durableDefiner('facets'),
    canBeDurable: (value: unknown) => canBeDurable(space, value),
  });
};
