import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VatId } from '@cooperage/protocol/refs';
import type { VatDelivery, VatWorker, WorkerLauncher } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import test, { type ExecutionContext } from 'ava';
import { Kernel } from '../src/kernel.ts';
import { actor, call, makeRig, NOTHING, type Acts } from './rig.ts';
import { makeScriptedLauncher, type ScriptedVat } from './scripted-launcher.ts';

const makeKnot = (): object => {
  const knot: Record<string, unknown> = { type: 'vatstoreGet', key: 'k' };
  knot['self'] = knot;
  return knot;
};

const forward: Acts = {
  bounce: ({ message }) => {
    const [next, ...rest] = message.methargs.slots;
    return next === undefined
      ? []
      : [{ type: 'send', target: next, message: { methargs: call('bounce', ...rest), result: null } }];
  },
};

test('vats that leave and re-enter memory between deliveries change no hash', async t => {
  const runOnce = async (maxOnline: number): Promise<string> => {
    const rig = await makeRig(t, { a: actor(forward), b: actor(forward), c: actor(forward) }, { maxOnline });
    for (let i = 0; i < 10; i += 1) {
      for (const [from, to] of [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ] as const)
        await rig.tell(from, call('bounce', rig.root(to), rig.root(from)));
    }
    return rig.kernel.activityHash;
  };
  t.is(await runOnce(1), await runOnce(50));
});

/** A kernel on a file, opened and closed around every crank when asked. */
const runScript = async (
  t: ExecutionContext,
  makers: Record<string, () => ScriptedVat>,
  reopenAfterEveryCrank: boolean,
): Promise<string> => {
  const path = join(mkdtempSync(join(tmpdir(), 'cooperage-')), 'kernel.sqlite');
  const open = () => {
    const { store } = openStore({ path });
    return { store, kernel: new Kernel({ store, launcher: makeScriptedLauncher(makers), auditEveryCrank: true }) };
  };
  let { store, kernel } = open();
  const reopen = async (): Promise<void> => {
    kernel.commit();
    await kernel.stop();
    store.close();
    ({ store, kernel } = open());
  };
  kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
  const [a, b] = ['a', 'b'].map(name => kernel.createVat({ name, bundle: 'scripted', parameters: NOTHING, options: {} })) as [
    VatId,
    VatId,
  ];
  for (let i = 0; i < 5; i += 1) {
    const methargs = call('bounce', kernel.rootOf(b), kernel.rootOf(a), kernel.rootOf(b));
    kernel.sendMessage({ target: kernel.rootOf(a), methargs, result: 'none' });
  }
  for (;;) {
    if (reopenAfterEveryCrank) await reopen();
    if ((await kernel.step()) === undefined) break;
  }
  kernel.commit();
  t.deepEqual(kernel.audit(), []);
  const { activityHash } = kernel;
  await kernel.stop();
  store.close();
  return activityHash;
};

test('a kernel that is closed and opened after every crank does exactly what one that is not does', async t => {
  const makers = { a: actor(forward), b: actor(forward) };
  t.is(await runScript(t, makers, true), await runScript(t, makers, false));
});

test('replay names the first syscall that differs, and what was expected', async t => {
  let changed = false;
  const moody = (): ScriptedVat => ({
    deliver: (delivery, syscalls) => {
      if (delivery.type === 'message') syscalls({ type: 'vatstoreSet', key: changed ? 'new' : 'old', value: '1' });
    },
  });
  const rig = await makeRig(t, { moody, other: actor({}) }, { maxOnline: 1 });
  await rig.tell('moody', call('x'));
  await rig.tell('other', call('x'));
  changed = true;
  await t.throwsAsync(rig.tell('moody', call('x')), {
    code: 'ERR_REPLAY',
    message: /replay of v1 differs at delivery 1: syscall 0 differs:\n\s+then: .*"old".*\n\s+now: .*"new"/,
  });
  t.throws(() => rig.kernel.audit(), { code: 'ERR_REPLAY' }, 'a kernel that cannot rebuild a vat has stopped');
});

const DIVERGENCES: Readonly<Record<string, { then: () => ScriptedVat; now: () => ScriptedVat; message: RegExp }>> = {
  'an extra syscall': {
    then: actor({}),
    now: actor({ x: () => [{ type: 'vatstoreGet', key: 'k' }] }),
    message: /syscall 0 was not made then/,
  },
  'a missing syscall': {
    then: actor({ x: () => [{ type: 'vatstoreGet', key: 'k' }] }),
    now: actor({}),
    message: /syscall 0 is missing/,
  },
  'another outcome': {
    then: actor({}),
    now: () => ({ deliver: ({ type }) => (type === 'message' ? 'broken' : undefined) }),
    message: /the outcome differs/,
  },
};

for (const [what, { then, now, message }] of Object.entries(DIVERGENCES)) {
  test(`replay notices ${what}`, async t => {
    let vat = then;
    const rig = await makeRig(t, { subject: () => vat(), other: actor({}) }, { maxOnline: 1 });
    await rig.tell('subject', call('x'));
    await rig.tell('other', call('x'));
    vat = now;
    await t.throwsAsync(rig.tell('subject', call('x')), { code: 'ERR_REPLAY', message });
  });
}

test('replay answers reads of the vatstore from the record, and feeds the recorded harvest', async t => {
  const lives: { harvests: number; seen: VatDelivery[] }[] = [];
  const reader = (): ScriptedVat => {
    const life = { harvests: 0, seen: [] as VatDelivery[] };
    lives.push(life);
    return {
      deliver: (delivery, syscalls) => {
        life.seen.push(delivery);
        if (delivery.type !== 'message') return;
        const read = syscalls({ type: 'vatstoreGet', key: 'k' });
        const next = `${read.outcome === 'ok' ? (read.value as string | null) : ''}+`;
        syscalls({ type: 'vatstoreSet', key: 'k', value: next });
      },
      harvest: () => {
        life.harvests += 1;
        return ['o-98', 'o-99'];
      },
    };
  };
  const rig = await makeRig(t, { reader, other: actor({}) }, { maxOnline: 1 });
  await rig.tell('reader', call('x'));
  await rig.tell('reader', call('x'));
  rig.kernel.scheduleReap(rig.vat('reader'));
  await rig.kernel.run();
  await rig.tell('other', call('x'));
  await rig.tell('reader', call('x'));
  // The start of the other vat ended the first life.
  const [, first, second] = lives;
  t.is(lives.length, 3);
  t.is(first?.harvests, 1);
  t.is(second?.harvests, 0, 'replay asks no collector');
  t.deepEqual(second?.seen.slice(0, 4), first?.seen);
  t.deepEqual(first?.seen.at(-1), { type: 'bringOutYourDead', dead: ['o-98', 'o-99'] });
  t.is(rig.store.tables.vatstore.find(rig.vat('reader'), 'k'), 'null+++');
});

test('an empty string in the vatstore is a value', async t => {
  const reads: unknown[] = [];
  const rig = await makeRig(t, {
    a: () => ({
      deliver: (delivery, syscalls) => {
        if (delivery.type !== 'message') return;
        syscalls({ type: 'vatstoreSet', key: 'empty', value: '' });
        reads.push(syscalls({ type: 'vatstoreGet', key: 'empty' }), syscalls({ type: 'vatstoreGet', key: 'none' }));
        reads.push(syscalls({ type: 'vatstoreNextKey', after: '' }), syscalls({ type: 'vatstoreNextKey', after: 'empty' }));
        syscalls({ type: 'vatstoreDelete', key: 'empty' });
        reads.push(syscalls({ type: 'vatstoreGet', key: 'empty' }));
      },
    }),
  });
  await rig.tell('a', call('x'));
  t.deepEqual(
    reads,
    ['', null, 'empty', null, null].map(value => ({ outcome: 'ok', value })),
  );
});

test('dirt reaps a vat when its threshold is reached, and a BOYD cleans it', async t => {
  const seen: VatDelivery[] = [];
  const rig = await makeRig(t, { a: actor({}, seen) }, { vatOptions: { a: { reap: { deliveries: 3, krefs: 'never' } } } });
  for (let i = 0; i < 5; i += 1) await rig.tell('a', call('x'));
  t.deepEqual(
    seen.map(({ type }) => type),
    ['startVat', 'message', 'message', 'bringOutYourDead', 'message', 'message', 'message', 'bringOutYourDead'],
  );
  t.is(rig.store.tables.vatProgress.get(rig.vat('a')).dirtDeliveries, 0);
});

test('the engine that a vat runs on is recorded, and no part of the hash', async t => {
  const runOn = async (engine: string) => {
    const rig = await makeRig(t, { a: actor(forward) }, { launcher: { ...makeScriptedLauncher({ a: actor(forward) }), engine } });
    await rig.tell('a', call('bounce'));
    return { engine: rig.store.tables.vats.get(rig.vat('a')).engine, hash: rig.kernel.activityHash };
  };
  const [first, second] = [await runOn('node-v20'), await runOn('node-v24')];
  t.deepEqual([first.engine, second.engine], ['node-v20', 'node-v24']);
  t.is(first.hash, second.hash);
});

for (const [what, spoil, problem] of [
  ['nothing at all', () => undefined, /now: {2}\{"outcome":"fault","problem":"the worker reported nothing"\}/],
  ['no list of syscalls', (report: object) => ({ ...report, buffered: 7 }), /the worker reported no list of syscalls/],
  ['what is no syscall', (report: object) => ({ ...report, buffered: [5n] }), /syscall 0 is none: syscall is not a record/],
  [
    'a syscall that holds itself',
    (report: object) => ({ ...report, buffered: [makeKnot()] }),
    /is none: vatstoreGet: syscall has an unknown/,
  ],
] as const) {
  test(`a worker that answers a replay with ${what} is told apart from the one that ran`, async t => {
    const path = join(mkdtempSync(join(tmpdir(), 'cooperage-')), 'kernel.sqlite');
    const launcher = makeScriptedLauncher({ a: actor(forward) });
    const spoilt: WorkerLauncher = {
      ...launcher,
      launch: async spec => {
        const worker = await launcher.launch(spec);
        const deliver: VatWorker['deliver'] = async (...args) => spoil(await worker.deliver(...args)) as never;
        return { ...worker, deliver };
      },
    };
    const open = (by: WorkerLauncher) => {
      const { store } = openStore({ path });
      return { store, kernel: new Kernel({ store, launcher: by, auditEveryCrank: true }) };
    };
    const first = open(launcher);
    first.kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
    const vat = first.kernel.createVat({ name: 'a', bundle: 'scripted', parameters: NOTHING, options: {} });
    await first.kernel.run();
    await first.kernel.stop();
    first.store.close();
    const { store, kernel } = open(spoilt);
    kernel.sendMessage({ target: kernel.rootOf(vat), methargs: call('bounce'), result: 'none' });
    await t.throwsAsync(kernel.run(), { code: 'ERR_REPLAY', message: problem });
    await kernel.stop();
    store.close();
  });
}

test('what a worker adds to a report makes no difference to a replay', async t => {
  const launcher = makeScriptedLauncher({ a: actor(forward), b: actor(forward) });
  const padded: WorkerLauncher = {
    ...launcher,
    launch: async spec => {
      const worker = await launcher.launch(spec);
      const deliver: VatWorker['deliver'] = async (...args) => {
        const { result, buffered } = await worker.deliver(...args);
        return { result: { ...result, more: makeKnot() }, buffered, more: 1n };
      };
      return { ...worker, deliver };
    },
  };
  const rig = await makeRig(t, { a: actor(forward), b: actor(forward) }, { launcher: padded, maxOnline: 1 });
  await rig.tell('a', call('bounce', rig.root('b'), rig.root('a')));
  t.deepEqual(rig.kernel.audit(), []);
});
