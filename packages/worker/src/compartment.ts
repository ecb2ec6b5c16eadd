/**
 * The `Compartment` of one vat: what its bundle is evaluated in, and what its own code finds under that name. Every compartment
 * made with it has the vat's inescapable globals and no `lockdown`, and so have the compartments made in there.
 */
import { compileModule, type ModuleRecord } from './compiled-modules.ts';
import type { VatGlobals } from './endowments.ts';

export type CompartmentConstructor = typeof Compartment;

/** Under another name, because the vat's own constructor bears that one. */
const RealmCompartment = Compartment;

/**
 * Globals that Node 20 does not have. A vat that could see them would see which engine it is on; prototypes that newer engines have
 * extended still tell, and so its engine's major version stays with an incarnation.
 */
const NEWER_GLOBALS = [
  'AsyncDisposableStack',
  'AsyncIterator',
  'DisposableStack',
  'Float16Array',
  'Iterator',
  'SuppressedError',
  'Temporal',
];

/** What every compartment of the realm gets; asked once, because a compartment costs much. */
let shared: Readonly<Record<PropertyKey, unknown>> | undefined;

/** Only what every compartment gets: what a vat gives its own under such a name is its business. */
const deleteNewerGlobals = (global: Record<PropertyKey, unknown>): void => {
  shared ??= new RealmCompartment().globalThis as Record<PropertyKey, unknown>;
  for (const name of NEWER_GLOBALS) if (Object.hasOwn(global, name) && global[name] === shared[name]) delete global[name];
};

const findGlobalGetter = (): (() => object) => {
  const getter = Object.getOwnPropertyDescriptor(Compartment.prototype, 'globalThis')?.get as (() => object) | undefined;
  if (getter === undefined) throw new Error('Compartment.prototype has no globalThis getter');
  return getter;
};

type ModuleLoad = { readonly record?: ModuleRecord };
type CompartmentOptions = {
  readonly importHook?: (specifier: string) => Promise<ModuleLoad>;
  readonly __shimTransforms__?: readonly unknown[];
};

/** For the linker of archives: its compartments, but with modules that are compiled once for all vats. */
export const withCompiledModules = (VatCompartment: CompartmentConstructor): CompartmentConstructor => {
  const LinkedCompartment = function Compartment(options: CompartmentOptions): object {
    const { importHook, __shimTransforms__: transforms = [] } = options;
    if (importHook === undefined || transforms.length > 0) return new VatCompartment(options as never);
    const compiling = async (specifier: string): Promise<ModuleLoad> => {
      const load = await importHook(specifier);
      return load.record === undefined ? load : { ...load, record: compileModule(load.record, compartment.globalThis) };
    };
    const compartment = new VatCompartment({ ...options, importHook: compiling } as never);
    return compartment;
  };
  return LinkedCompartment as unknown as CompartmentConstructor;
};

export const makeVatCompartment = (inescapable: VatGlobals): CompartmentConstructor => {
  // The intrinsic getter, because a subclass could override `globalThis` and so keep its real global from us.
  const getGlobal = findGlobalGetter();
  const VatCompartment = function Compartment(this: unknown, ...args: unknown[]): object {
    if (new.target === undefined) throw new TypeError("Class constructor Compartment cannot be invoked without 'new'");
    const compartment = Reflect.construct(RealmCompartment, args, new.target) as object;
    const global = Reflect.apply(getGlobal, compartment, []) as Record<PropertyKey, unknown>;
    delete global.lockdown;
    deleteNewerGlobals(global);
    for (const name of Reflect.ownKeys(inescapable)) {
      Object.defineProperty(global, name, { value: inescapable[name], writable: true, enumerable: false, configurable: true });
    }
    Object.defineProperty(global, 'Compartment', {
      value: VatCompartment,
      writable: true,
      enumerable: false,
      configurable: true,
    });
    return compartment;
  };
  Object.defineProperty(VatCompartment, 'prototype', { value: Compartment.prototype });
  return harden(VatCompartment) as unknown as CompartmentConstructor;
};
