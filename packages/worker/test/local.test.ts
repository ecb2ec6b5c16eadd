/** The local worker kind: bundles, globals, harvest, and what a vat cannot do to its host. */
import { data, makeFunctionWorker, makeTestWorker } from './support/test-worker.ts';
import { makeBundles } from './support/bundles.ts';
import test from 'ava';
import { Far } from '@endo/far';
import { insistVRef, insistVatId } from '@cooperage/protocol/refs';
import { LIMITS } from '@cooperage/protocol/limits';
import type { BundleFormat, VatSyscallHandler } from '@cooperage/protocol/worker-port';
import { nextMacrotask } from '../src/quiescence.ts';
import { makeLocalLauncher } from '../src/kinds/local.ts';
import type { VatConsole } from '../src/vat-console.ts';

const FORMATS = ['endoZipBase64', 'nestedEvaluate', 'getExport', 'endoScript'] as const satisfies readonly BundleFormat[];

const bundles = makeBundles([
  ...FORMATS.map(format => ({ fixture: 'vat-probe', format })),
  { fixture: 'vat-throws', format: 'endoZipBase64' },
]);
const throwingBundle = bundles[FORMATS.length] ?? '';

const recordConsole = () => {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (...args: readonly unknown[]) =>
      void lines.push([level, ...args].join(' '));
  const console: VatConsole = {
    debug: write('debug'),
    log: write('log'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  return { lines, console: () => console };
};

/** What a vat may find on its global, and nothing else. */
const VAT_GLOBALS = [
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'Boolean',
  'Compartment',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Function',
  'HandledPromise',
  'Infinity',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakSet',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'eval',
  'globalThis',
  'harden',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'undefined',
  'unescape',
  'TextDecoder',
  'TextEncoder',
  'Symbol(@endo passStyleOf)',
  'Symbol(Symbol.unscopables)',
];
const ENDOWED = ['VatData', 'assert', 'console'];

for (const [i, format] of FORMATS.entries()) {
  test(`a vat bundled as ${format} finds exactly its globals, and speaks through its own copy of E`, async t => {
    const { lines, console } = recordConsole();
    const vat = await makeTestWorker({ format, content: bundles[i] ?? '', console });
    t.deepEqual(await vat.start(data({ greeting: 'hi' })), { outcome: 'ok' });
    const extra = format === 'nestedEvaluate' ? ['nestedEvaluate'] : [];
    t.deepEqual(await vat.ask('names'), [...VAT_GLOBALS, ...ENDOWED, ...extra].sort());
    t.deepEqual(await vat.ask('childNames'), [...VAT_GLOBALS].sort());
    t.deepEqual(await vat.ask('powers'), ['D', 'exitVat', 'exitVatWithFailure']);
    t.deepEqual(await vat.ask('parameters'), { greeting: 'hi' });
    const refused = 'TypeError';
    t.deepEqual(await vat.ask('ambient'), { now: refused, date: refused, call: refused, random: refused, stack: '' });
    t.deepEqual(await vat.ask('sameWeak'), {
      child: true,
      grandchild: true,
      decoy: true,
      legacy: true,
      instance: true,
      constructor: 'TypeError',
      evaluated: true,
      passStyle: true,
    });
    t.deepEqual(await vat.ask('text'), [12, 'grüße 🌍', 'RangeError']);
    t.deepEqual((await vat.call('relay', ['$0.Alleged: bob', ['$0']], ['o-50']))[0], {
      type: 'send',
      target: 'o-50',
      message: { methargs: data(['take', [['$0.Alleged: bob']]], 'o-50'), result: 'p+1' },
    });
    await vat.call('log', ['a text'], [], null);
    t.deepEqual(
      // Node 24 prints symbol keys without the brackets.
      lines.map(line => line.replace(/\s+/g, ' ').replace(/\[(Symbol\([^)]*\))\]:/, '$1:')),
      [
        'log probe: seen %s a text { deep: [ 1 ] } Error: inner',
        'error probe: { Symbol(nodejs.util.inspect.custom): [Function: [nodejs.util.inspect.custom]] }',
      ],
    );
  });
}

test('a vat whose module throws, or is no module, or exports nothing, does not start and says why', async t => {
  const startWith = async (content: string, format: BundleFormat) => {
    const result = await (await makeTestWorker({ format, content })).start();
    return result.outcome === 'fault' ? result.problem : undefined;
  };
  t.is(await startWith(throwingBundle, 'endoZipBase64'), 'the vat source failed to load: Error: nothing here');
  t.is(await startWith(JSON.stringify({ source: '({})' }), 'endoScript'), 'the vat source exports no buildRootObject function');
  t.is(await startWith(JSON.stringify({}), 'getExport'), 'the vat source failed to load: TypeError: the bundle has no source');
  t.regex((await startWith('{', 'endoZipBase64')) ?? '', /^the vat source failed to load: SyntaxError/);
  t.regex((await startWith(JSON.stringify({ source: '(' }), 'endoScript')) ?? '', /^the vat source failed to load: SyntaxError/);
  t.regex((await startWith('{"endoZipBase64":"AAAA"}', 'endoZipBase64')) ?? '', /^the vat source failed to load: /);
});

test('the text of a fault is cut at its limit and is proper text', async t => {
  const vat = await makeFunctionWorker(() => {
    throw new Error(`${'x'.repeat(LIMITS.problemLength)}\uD800`);
  });
  const result = await vat.start();
  t.is(result.outcome === 'fault' && result.problem.length, LIMITS.problemLength);
  const other = await makeFunctionWorker(() => {
    throw new Error('half \uD800 a pair 🌍');
  });
  t.deepEqual(await other.start(), { outcome: 'fault', problem: 'buildRootObject threw: Error: half \uFFFD a pair 🌍' });
});

test('a function vat gets extra powers, and a vat whose functions are missing is refused', async t => {
  const logged: unknown[] = [];
  const vat = await makeFunctionWorker(
    ({ testLog }: { testLog: (value: unknown) => void }) => Far('root', { log: (value: unknown) => testLog(value) }),
    { vatPowers: spec => ({ testLog: (value: unknown) => logged.push([spec.name, value]) }) },
  );
  await vat.start();
  await vat.call('log', ['x'], [], null);
  t.deepEqual(logged, [['probe', 'x']]);
  await t.throwsAsync(makeTestWorker(), { message: /given as functions, and they are not here/ });
});

test('a raw vat gets deliveries as they are, and what it throws is the fault', async t => {
  const seen: string[] = [];
  const rawDispatch = async (syscall: VatSyscallHandler, delivery: { type: string }) => {
    seen.push(delivery.type);
    if (delivery.type === 'notify') throw new Error('raw trouble');
    if (delivery.type === 'dropExports') await new Promise(() => {});
    syscall({ type: 'subscribe', promise: insistVRef('p-40') });
  };
  const vat = await makeTestWorker({ functions: new Map([['b1', { rawDispatch }]]) });
  t.deepEqual(await vat.start(), { outcome: 'ok' });
  t.deepEqual(await vat.call('any'), [{ type: 'subscribe', promise: insistVRef('p-40') }]);
  t.deepEqual(await vat.deliver({ type: 'notify', resolutions: [] }), { outcome: 'fault', problem: 'Error: raw trouble' });
  t.deepEqual(await vat.deliver({ type: 'dropExports', refs: [] }), { outcome: 'fault', problem: 'the delivery did not finish' });
  t.deepEqual(seen, ['startVat', 'message', 'notify', 'dropExports']);
  t.deepEqual(await vat.worker.harvest('forced'), []);
});

test('a syscall outside a delivery is refused and not passed on', async t => {
  let late: VatSyscallHandler | undefined;
  const rawDispatch = (syscall: VatSyscallHandler) => {
    late = syscall;
  };
  const vat = await makeTestWorker({ functions: new Map([['b1', { rawDispatch }]]) });
  await vat.start();
  const answer = late?.({ type: 'subscribe', promise: insistVRef('p-40') });
  t.deepEqual(answer, { outcome: 'error', problem: 'no delivery is running' });
});

test.serial('harvest reports the dead, forced or when the engine collected by itself, and a stopped worker is empty', async t => {
  const vat = await makeFunctionWorker(() => Far('root', { see: () => {} }));
  await vat.start();
  await vat.call('see', ['$0'], ['o-50'], null);
  t.deepEqual(await vat.worker.harvest('forced'), ['o-50']);
  t.deepEqual(await vat.worker.harvest('organic'), ['o-50']);
  await vat.deliver({ type: 'bringOutYourDead', dead: ['o-50'] });
  t.deepEqual(await vat.worker.harvest('organic'), []);
  await vat.worker.stop();
  await vat.worker.stop();
  t.deepEqual(await vat.worker.harvest('organic'), []);
  t.deepEqual(await vat.start(), { outcome: 'fault', problem: 'the worker was stopped' });
});

test.serial('vats of several kernels share a heap, and each forced harvest is complete all the same', async t => {
  const liveThrough = async (rounds: number): Promise<void> => {
    const vat = await makeFunctionWorker(() => Far('root', { see: () => {} }));
    await vat.start();
    for (let round = 0; round < rounds; round += 1) {
      const import_ = `o-${50 + round}`;
      await vat.call('see', ['$0'], [import_], null);
      t.deepEqual(await vat.worker.harvest('forced'), [import_]);
      await vat.deliver({ type: 'bringOutYourDead', dead: [import_] });
    }
  };
  await Promise.all([20, 17, 14, 11, 8, 5].map(liveThrough));
});

test.serial('a stopped worker lets its vat go', async t => {
  let ref: WeakRef<object> | undefined;
  const vat = await makeFunctionWorker(() => {
    const root = Far('root', {});
    ref = new WeakRef(root);
    return root;
  });
  await vat.start();
  await vat.worker.stop();
  const other = await makeFunctionWorker(() => Far('root', {}));
  await other.start();
  await other.worker.harvest('forced');
  t.is(ref?.deref(), undefined);
  t.deepEqual(await vat.worker.harvest('organic'), []);
});

test.serial('rejections that a vat leaves unhandled go to its console and to nobody else', async t => {
  const { lines, console } = recordConsole();
  const heard: unknown[] = [];
  const listener = (reason: unknown) => heard.push(reason);
  process.on('unhandledRejection', listener);
  t.teardown(() => process.removeListener('unhandledRejection', listener));
  const before = process.rawListeners('unhandledRejection');
  const vat = await makeFunctionWorker(
    () =>
      Far('root', {
        leak: () => {
          void Promise.reject(new Error('nobody listens'));
          void (async () => {
            await null;
            throw new TypeError('nor here');
          })();
          return 'fine';
        },
      }),
    { console },
  );
  await vat.start();
  t.is(await vat.ask('leak'), 'fine');
  t.deepEqual(lines, [
    'error probe: unhandled rejection: Error: nobody listens',
    'error probe: unhandled rejection: TypeError: nor here',
  ]);
  t.deepEqual(heard, []);
  await new Promise(resolve => void process.nextTick(resolve));
  t.deepEqual(process.rawListeners('unhandledRejection'), before);
});

test.serial('what the host leaves unhandled when a delivery is over is the host’s again', async t => {
  const { lines, console } = recordConsole();
  const vat = await makeFunctionWorker(() => Far('root', { answer: () => 'fine' }), { console });
  await vat.start();
  const heard: unknown[] = [];
  await nextMacrotask();
  const others = process.rawListeners('unhandledRejection') as ((reason: unknown) => void)[];
  process.removeAllListeners('unhandledRejection');
  const listener = (reason: unknown): void => void heard.push(reason);
  process.on('unhandledRejection', listener);
  t.teardown(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  });
  t.is(await vat.ask('answer'), 'fine');
  void Promise.reject('the host’s own');
  await nextMacrotask();
  t.deepEqual(heard, ['the host’s own']);
  t.deepEqual(lines, []);
  t.is(await vat.ask('answer'), 'fine');
  process.removeAllListeners('unhandledRejection');
  await nextMacrotask();
  t.deepEqual(process.rawListeners('unhandledRejection'), []);
  process.on('unhandledRejection', listener);
  t.is(await vat.ask('answer'), 'fine');
  await vat.worker.stop();
  t.deepEqual(process.rawListeners('unhandledRejection'), [listener]);
});

test('a muted vat is silent until it may speak again', async t => {
  const { lines, console } = recordConsole();
  const vat = insistVatId('v1');
  const buildRootObject = () => {
    console().log('built');
    return Far('root', {});
  };
  const launcher = makeLocalLauncher({ console, functions: new Map([['b1', { buildRootObject }]]) });
  launcher.setMuted(vat, true);
  launcher.setMuted(vat, false);
  t.is(launcher.kind, 'local');
  t.regex(launcher.engine, /^node-v\d+\.\d+\.\d+\/v8-\d+\.\d+$/);
  await launcher.launch({ vat, name: 'x', incarnation: 1, bundle: { id: 'b1', format: 'function', content: '' } });
  t.deepEqual(lines, []);
});
