/**
 * Module code, compiled once for all vats that are made of it. What is shared is what the engine makes of a text, never anything that
 * was evaluated: each vat's modules are closures of their own over its own globals. An engine compiles anew whatever goes through
 * `eval`, which is most of what a vat costs that comes into memory.
 *
 * The scope is the one that SES's evaluators give (`ses/src/make-evaluate.js`): a name is looked up on the compartment's global
 * object, and what is not there does not exist. SES has found nothing wrong with a text before it is compiled here.
 */
import { compileFunction } from 'node:vm';
import { LastUsedValues } from './last-used-values.ts';

type Scope = { readonly globalObject: object; readonly end: object };
type Functor = (...args: unknown[]) => unknown;
type Factory = (this: Scope) => Functor;

/** The parts of a precompiled module record that count here. */
export type ModuleRecord = {
  readonly __syncModuleProgram__?: unknown;
  readonly __liveExportMap__?: Readonly<Record<string, readonly [name: string, isAssigned: boolean]>>;
};

/** How many texts stay in memory. */
const KEPT = 2_000;
const factories = new LastUsedValues<string, Factory | undefined>(KEPT);

/** Where a look for a name ends, so that it never comes to the globals of the host. */
const end = new Proxy(
  Object.freeze({ __proto__: null }),
  Object.freeze({
    has: () => true,
    get: () => undefined,
    set: (_target: object, name: PropertyKey) => {
      throw new ReferenceError(`${String(name)} is not defined`);
    },
  }),
);

/** Has the evaluator's checks made of texts (no dynamic import, no direct eval, no HTML comments), and no powers. */
let checker: Compartment | undefined;

const compile = (program: string): Factory | undefined => {
  checker ??= new Compartment();
  checker.evaluate(program);
  try {
    // By itself first: what is an expression here leaves no bracket open and closes none too many, so it is one below as well.
    compileFunction(`'use strict'; return (${program}\n);`);
  } catch {
    return undefined;
  }
  // All on the program's first line, so that its lines keep their numbers. The three names are constants on every compartment's global object.
  return compileFunction(
    `with (this.end) with (this.globalObject) { const { Infinity, NaN, undefined } = this.globalObject; return (function () { 'use strict'; return (${program}\n); }).call(this.globalObject); }`,
  ) as Factory;
};

/** Names that a module changes after it has exported them are in a scope of its own. */
const assignsExports = ({ __liveExportMap__ = {} }: ModuleRecord): boolean =>
  Object.values(__liveExportMap__).some(([, isAssigned]) => isAssigned);

/** The record with its code compiled for these globals; the record as it is where only the evaluator will do. */
export const compileModule = <Record extends ModuleRecord>(record: Record, globalObject: object): Record => {
  const { __syncModuleProgram__: program } = record;
  if (typeof program !== 'string' || assignsExports(record)) return record;
  const factory = factories.provide(program, () => compile(program));
  if (factory === undefined) return record;
  return { ...record, __syncModuleFunctor__: Reflect.apply(factory, { globalObject, end }, []) };
};
