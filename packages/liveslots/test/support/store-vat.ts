/** A vat whose code is written where it is run: each `run` is a delivery. */
import { startTestVat, upgradeTestVat, type TestVat, type TestVatOptions } from './test-vat.ts';
import { Far } from '@endo/far';
import type { VatSyscall } from '@cooperage/protocol/worker-port';

type Methods = Record<string, (...args: unknown[]) => unknown>;
export type Store = {
  readonly [Name in 'has' | 'get' | 'init' | 'set' | 'delete' | 'add' | 'addAll' | 'snapshot' | 'clear']: (
    ...args: unknown[]
  ) => unknown;
} & { readonly getSize: (...patterns: unknown[]) => number } & {
  readonly [Name in 'keys' | 'values']: (...patterns: unknown[]) => Iterable<unknown>;
} & { readonly entries: (...patterns: unknown[]) => Iterable<[unknown, unknown]> };
type Make = (label?: string, options?: object) => Store;

/** What vat code finds around it. */
export type Scope = {
  readonly map: Make;
  readonly weakMap: Make;
  readonly set: Make;
  readonly weakSet: Make;
  readonly baggage: Store;
  readonly far: (name: string) => object;
  readonly VatData: Methods;
  readonly WeakMap: WeakMapConstructor;
  /** What stays in the heap between deliveries. */
  readonly heap: Record<string, unknown>;
};

export type Ran<Result> = { readonly result: Result; readonly syscalls: readonly VatSyscall[] };
export type StoreVat = {
  readonly vat: TestVat;
  /** Runs vat code in a delivery of its own. */
  readonly run: <Result>(
    act: (scope: Scope, ...args: unknown[]) => Result,
    args?: unknown[],
    slots?: string[],
  ) => Promise<Ran<Awaited<Result>>>;
  /** The next incarnation; `prepare` runs while its root is built. */
  readonly upgrade: (incarnation: number, later?: (scope: Scope) => void, options?: TestVatOptions) => Promise<StoreVat>;
};

const makeScope = (VatData: Methods, WeakMap: WeakMapConstructor, baggage: unknown): Scope => ({
  map: VatData['makeScalarBigMapStore'] as unknown as Make,
  weakMap: VatData['makeScalarBigWeakMapStore'] as unknown as Make,
  set: VatData['makeScalarBigSetStore'] as unknown as Make,
  weakSet: VatData['makeScalarBigWeakSetStore'] as unknown as Make,
  baggage: baggage as Store,
  far: name => Far(name, {}),
  VatData,
  WeakMap,
  heap: {},
});

type Outcome = { readonly value: unknown } | { readonly error: unknown };

const makeStoreVat = async (
  start: (build: Parameters<typeof startTestVat>[0]) => Promise<TestVat>,
  prepare?: (scope: Scope) => void,
): Promise<StoreVat> => {
  let act: ((scope: Scope, ...args: unknown[]) => unknown) | undefined;
  let outcome: Outcome | undefined;
  const vat = await start((_powers, globals, _parameters, baggage) => {
    const scope = makeScope(globals.VatData as unknown as Methods, globals.WeakMap, baggage);
    prepare?.(scope);
    return Far('root', {
      run: async (...args: unknown[]) => {
        try {
          outcome = { value: await act?.(scope, ...args) };
        } catch (error) {
          outcome = { error };
        }
      },
    });
  });
  return {
    vat,
    run: async (code, args = [], slots = []) => {
      act = code;
      const syscalls = await vat.call('run', args, slots, null);
      const ended = outcome;
      act = outcome = undefined;
      if (ended === undefined) throw new Error('the code did not end in its delivery');
      if ('error' in ended) throw ended.error;
      return { result: ended.value as never, syscalls };
    },
    upgrade: (incarnation, later, options = {}) =>
      makeStoreVat(build => upgradeTestVat(vat, build, { ...options, incarnation }), later),
  };
};

/** `prepare` runs while the root is built. */
export const startStoreVat = (options: TestVatOptions = {}, prepare?: (scope: Scope) => void): Promise<StoreVat> =>
  makeStoreVat(build => startTestVat(build, options), prepare);

const isAboutCounters = (syscall: VatSyscall): boolean => 'key' in syscall && syscall.key === 'counters';

/** Syscalls in short, but for the row `counters`: `get entry.o+d2/1.sfoo`. */
export const brief = (syscalls: readonly VatSyscall[]): string[] =>
  syscalls
    .filter(syscall => !isAboutCounters(syscall))
    .map(syscall => {
      switch (syscall.type) {
        case 'vatstoreGet':
        case 'vatstoreDelete':
          return `${syscall.type.slice('vatstore'.length).toLowerCase()} ${syscall.key}`;
        case 'vatstoreSet':
          return `set ${syscall.key} ${syscall.value}`;
        case 'vatstoreScan':
          return `scan ${syscall.after}`;
        case 'dropImports':
        case 'retireImports':
        case 'retireExports':
          return `${syscall.type} ${syscall.refs.join(' ')}`;
        default:
          return syscall.type;
      }
    });
