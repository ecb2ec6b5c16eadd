/**
 * Prototypes of objects whose kind has no interface guard. They do what `@endo/exo` does there, which is to check next to nothing, and
 * do not match the arguments with a pattern that accepts everything: that would be most of what a call costs.
 */
import { GET_INTERFACE_GUARD } from '@endo/exo';
import { Far, getRemotableMethodNames, passStyleOf, toThrowable } from '@endo/pass-style';
import { describeFailure } from '../describe-error.ts';
import { harden } from '../harden.ts';
import type { Methods } from './behavior.ts';

export type ContextProvider = (self: object) => object | undefined;
type Behavior = (...args: unknown[]) => unknown;

const isConstructorOfClass = (methods: Methods, name: PropertyKey): boolean => {
  if (name !== 'constructor') return false;
  const { prototype } = methods.constructor as { readonly prototype?: object };
  return prototype?.constructor === methods.constructor;
};

const findContext = (provide: ContextProvider, self: unknown, label: string): object => {
  if (typeof self !== 'object' || self === null) throw new Error(`${label}: called without 'this' object`);
  const context = provide(self);
  if (context === undefined) throw new Error(`${label}: may only be applied to a valid instance`);
  return context;
};

/** The context comes first among the arguments, and nothing is said about the others. */
const bindContextFirst = (provide: ContextProvider, behavior: Behavior, label: string): Behavior =>
  ({
    method(...args: unknown[]): unknown {
      try {
        return behavior(findContext(provide, this, label), ...args);
      } catch (thrown) {
        throw toThrowable(thrown);
      }
    },
  }).method;

const insistPassable = (args: readonly unknown[], label: string): void => {
  if (args.length === 0) return;
  try {
    passStyleOf(args);
  } catch (problem) {
    throw new Error(`${label}: ${describeFailure(problem)}`);
  }
};

/** The context is `this`; arguments must be passable. */
const bindContextAsThis = (provide: ContextProvider, behavior: Behavior, label: string): Behavior =>
  ({
    method(...args: unknown[]): unknown {
      try {
        const context = findContext(provide, this, label);
        insistPassable(harden(args), label);
        return harden(Reflect.apply(behavior, context, args));
      } catch (thrown) {
        throw toThrowable(thrown);
      }
    },
  }).method;

/** `provide` gives the context of an object, or undefined when the object is of another kind. */
export const makeUnguardedPrototype = (tag: string, provide: ContextProvider, methods: Methods, isThisful: boolean): object => {
  const bind = isThisful ? bindContextAsThis : bindContextFirst;
  const prototype = {};
  const add = (name: PropertyKey, behavior: Behavior): void => {
    const shown = JSON.stringify(typeof name === 'symbol' ? `[${String(name)}]` : name);
    const label = `In ${shown} method of (${tag})`;
    const method = bind(provide, behavior, label);
    const length = isThisful ? behavior.length : 0;
    Object.defineProperties(method, { name: { value: label }, length: { value: length } });
    // Assigning would fail for names that a frozen Object.prototype has.
    Object.defineProperty(prototype, name, { value: method, writable: true, enumerable: true, configurable: true });
  };
  for (const name of getRemotableMethodNames(methods as Record<string, Behavior>)) {
    if (!isConstructorOfClass(methods, name)) add(name, methods[name] as Behavior);
  }
  if (!Object.hasOwn(prototype, GET_INTERFACE_GUARD)) add(GET_INTERFACE_GUARD, () => undefined);
  return Far(tag, prototype);
};
