/** Code that vats share: each has its own globals and its own state, and nothing beyond what the evaluator would give it. */
import '../src/lockdown.ts';
import test from 'ava';
import { withCompiledModules } from '../src/compartment.ts';
import { Heap } from '../src/gc-tools.ts';
import { compileModule, type ModuleRecord } from '../src/compiled-modules.ts';

type Functor = (parts: object) => unknown;

/** A module that exports nothing and answers what `expression` comes to when it is run. */
const programOf = (expression: string): string => `(parts) => (function () { 'use strict'; return ${expression}; })()`;

const functorOf = (record: ModuleRecord, globalObject: object): Functor | undefined =>
  (compileModule(record, globalObject) as { readonly __syncModuleFunctor__?: Functor }).__syncModuleFunctor__;

/** The same expression by the shared code and by the evaluator itself. */
const bothWays = (expression: string, globals: object = {}): readonly [shared: unknown, evaluated: unknown] => {
  const compartment = new Compartment({ globals, __options__: true } as never);
  const program = programOf(expression);
  const attempt = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  };
  const shared = functorOf({ __syncModuleProgram__: program }, compartment.globalThis);
  return [attempt(() => shared?.({})), attempt(() => (compartment.evaluate(program) as Functor)({}))];
};

test('names mean what they mean to the evaluator', t => {
  for (const [expression, expected] of [
    ['typeof process + typeof require + typeof setTimeout', 'undefinedundefinedundefined'],
    ['undeclared', undefined],
    ['(() => { undeclared = 1; })()', 'ReferenceError: undeclared is not defined'],
    ['this', undefined],
    ['endowed + 1', 42],
    ['(0, eval)("endowed")', 41],
    ['Function("return typeof process + endowed")()', 'undefined41'],
    ['[undefined, NaN, Infinity].join()', ',NaN,Infinity'],
    ['(() => { endowed = 5; return globalThis.endowed; })()', 5],
  ] as const) {
    const [shared, evaluated] = bothWays(expression, { endowed: 41 });
    t.deepEqual([expression, shared], [expression, expected]);
    t.deepEqual([expression, shared], [expression, evaluated]);
  }
});

test('code is shared, closures, state and globals are not', t => {
  const record: ModuleRecord = {
    __syncModuleProgram__: programOf('({ count: (n => () => [name, (n += 1)].join())(0), list: [], Object, globalThis })'),
  };
  const open = (name: string) => {
    const compartment = new Compartment({ globals: { name }, __options__: true } as never);
    const made = functorOf(record, compartment.globalThis)?.({}) as { count: () => string; list: object; globalThis: object };
    t.is(made.globalThis, compartment.globalThis);
    return made;
  };
  const [a, b] = [open('a'), open('b')];
  t.deepEqual([a.count(), a.count(), b.count()], ['a,1', 'a,2', 'b,1']);
  t.not(a.count, b.count);
  t.not(a.list, b.list);
});

test('what a vat made is collected while other vats go on with the same code', async t => {
  const record: ModuleRecord = {
    __syncModuleProgram__: programOf(`(() => {
      const made = [];
      const tag = (strings, value) => ({ strings, value });
      const work = n => {
        const own = { n, more: [n, { n }], pattern: /a+/g, tagged: tag\`one \${n}\` };
        made.push(own, () => own.n);
        return own.more.length + made.length;
      };
      return { made, work };
    })()`),
  };
  const begin = () => {
    const functor = functorOf(record, new Compartment().globalThis);
    const vat = functor?.({}) as { readonly made: object[]; readonly work: (n: number) => number };
    // Often enough for the engine to compile it, with what it has seen so far in mind.
    for (let i = 0; i < 20_000; i += 1) vat.work(i);
    return vat;
  };
  const stays = begin();
  const [first, last] = ((): readonly WeakRef<object>[] => {
    const { made } = begin();
    return [new WeakRef(made[0] as object), new WeakRef(made.at(-1) as object)];
  })();
  stays.work(1);
  const heap = new Heap();
  await heap.collect();
  t.is(first?.deref(), undefined);
  t.is(last?.deref(), undefined);
  t.is(stays.made.length, 40_002);
});

test('what the evaluator refuses is refused, with its words', t => {
  const { globalThis: global } = new Compartment();
  for (const [program, message] of [
    [programOf('import("node:fs")'), /import/],
    [programOf('eval("1")'), /direct eval/],
    [programOf('1 <!-- 2'), /HTML/i],
    ['1); } } process.exit(1); { { (1', /Unexpected token/],
    ['(function () {', /Unexpected|missing/],
  ] as const) {
    t.throws(() => compileModule({ __syncModuleProgram__: program }, global), { name: 'SyntaxError', message }, program);
  }
});

test('what is no plain expression, and what assigns to its exports, is left to the evaluator', t => {
  const { globalThis: global } = new Compartment();
  for (const record of [
    { __syncModuleProgram__: '1; 2' },
    { __syncModuleProgram__: programOf('1'), __liveExportMap__: { counter: ['counter', true] } },
    { __syncModuleProgram__: undefined },
  ] as const satisfies readonly ModuleRecord[]) {
    t.is(compileModule(record as ModuleRecord, global), record);
  }
});

test('a compartment that transforms its modules has them evaluated', async t => {
  const record = Object.freeze({
    imports: [],
    exports: ['made'],
    reexports: [],
    __syncModuleProgram__: '({ imports, onceVar }) => (function () { "use strict"; imports([]); onceVar.made(word); })()',
    __fixedExportMap__: { made: ['made'] },
    __liveExportMap__: {},
    __reexportMap__: {},
  });
  const importWith = async (more: object): Promise<unknown> => {
    const Linked = withCompiledModules(Compartment);
    const compartment = new Linked({
      globals: { word: 'plain', changed: 'transformed' },
      resolveHook: (specifier: string) => specifier,
      importHook: async () => ({ record, specifier: '.' }),
      __options__: true,
      ...more,
    } as never);
    const { namespace } = await compartment['import']('.');
    return (namespace as { made: unknown }).made;
  };
  t.is(await importWith({}), 'plain');
  t.is(await importWith({ __shimTransforms__: [(source: string) => source.replace('word', 'changed')] }), 'transformed');
});
