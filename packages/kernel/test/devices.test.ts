/** Devices as the kernel sees them, and vats that vats have made, on raw vats and devices that speak capdata. */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KernelDeviceRef, KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { VatDelivery, VatSyscallResult } from '@cooperage/protocol/worker-port';
import test, { type ExecutionContext } from 'ava';
import type { Device, DeviceCall, DevicePowers } from '../src/devices/device-port.ts';
import { actor, call, makeRig, methodOf, NOTHING, vref, vrefs, type Rig, type RigOptions } from './rig.ts';
import type { ScriptedVat } from './scripted-launcher.ts';

type Method = (powers: DevicePowers, args: CapData<KRef>, call: DeviceCall) => CapData<KRef> | void;

/** A device whose methods work on capdata. */
const device = (methods: Readonly<Record<string, Method>>, calls: string[] = []): Device => {
  const run = (name: string, powers: DevicePowers, rest: DeviceCall): CapData<KRef> => {
    calls.push(name);
    const method = methods[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    return method(powers, rest.args, rest) ?? NOTHING;
  };
  return {
    call: (deviceCall, powers) => run(deviceCall.method, powers, deviceCall),
    input: (name, args, powers) => run(name, powers, { kind: 'input', id: '', method: name, args }),
  };
};

const text = (value: unknown, ...slots: KRef[]): CapData<KRef> => ({ body: `#${JSON.stringify(value)}`, slots });
const list = (...slots: string[]) => ({ body: `#${JSON.stringify(slots.map((_, i) => `$${i}`))}`, slots: vrefs(...slots) });
const callNow = (method: string, ...slots: string[]) => ({ type: 'callNow', target: vref('d-70'), method, args: list(...slots) });

/** What a vat was answered. */
type Heard = { readonly answers: VatSyscallResult[]; readonly deliveries: VatDelivery[] };

/** A vat that does the syscalls which the method of a message stands for. */
const caller =
  (heard: Heard, acts: Readonly<Record<string, readonly unknown[]>>): (() => ScriptedVat) =>
  () => ({
    deliver: (delivery, syscalls) => {
      heard.deliveries.push(delivery);
      for (const syscall of acts[methodOf(delivery)] ?? []) heard.answers.push(syscalls(syscall as never));
      return methodOf(delivery).startsWith('fault') ? 'it was told to fail' : undefined;
    },
  });

const problemOf = (answer: VatSyscallResult | undefined): string => (answer?.outcome === 'error' ? answer.problem : '');
const exit = (outcome: string, body: string, ...slots: string[]) => ({
  type: 'exit',
  outcome,
  info: { body, slots: vrefs(...slots) },
});

const makeHeard = (): Heard => ({ answers: [], deliveries: [] });

/** A rig with the device `box`, whose root the vat `alice` gets as `d-70`. */
const makeBoxRig = async (
  t: ExecutionContext,
  box: Device,
  makers: Record<string, () => ScriptedVat>,
  options: RigOptions = {},
): Promise<Rig> => {
  const rig = await makeRig(t, makers, { devices: new Map([['box', box]]), ...options });
  rig.kernel.addDevice('box', NOTHING);
  await rig.tell('alice', call('take', rig.kernel.rootOfDevice('box')));
  return rig;
};

const objectOf = (rig: Rig, vat: string, ref: string): KernelObjectRef | undefined =>
  rig.store.tables.clists.findByVref(rig.vat(vat), vref(ref))?.kref as KernelObjectRef | undefined;

test('a call is answered at once, in the refs of the vat, and replayed from the record', async t => {
  const heard = makeHeard();
  const calls: string[] = [];
  const box = device(
    {
      echo: (_powers, args) => ({ body: args.body, slots: args.slots }),
      node: powers => text('$0.Alleged: thing', powers.provideNode('thing', 'a b')),
    },
    calls,
  );
  const rig = await makeBoxRig(t, box, {
    alice: caller(heard, { go: [callNow('echo', 'o+7', 'd-70'), callNow('node'), callNow('node'), callNow('huh')] }),
  });
  await rig.tell('alice', call('go'));
  t.deepEqual(heard.answers, [
    { outcome: 'ok', value: list('o+7', 'd-70') },
    { outcome: 'ok', value: { body: '#"$0.Alleged: thing"', slots: vrefs('d-71') } },
    { outcome: 'ok', value: { body: '#"$0.Alleged: thing"', slots: vrefs('d-71') } },
    { outcome: 'error', problem: 'no method huh' },
  ]);
  t.like(rig.store.tables.deviceNodes.list()[1], { kref: 'kd31', device: 'box', kind: 'thing', id: 'a b' });
  t.is(objectOf(rig, 'alice', 'o+7'), undefined, 'what was lent to the device and kept by nobody has been retired');
  const before = [...calls];
  await rig.kernel.suspendVat(rig.vat('alice'), 'to leave memory');
  await rig.kernel.resumeVat(rig.vat('alice'));
  await rig.tell('alice', call('nothing'));
  t.is(heard.answers.length, 8, 'alice was replayed');
  t.deepEqual(heard.answers.slice(4), heard.answers.slice(0, 4));
  t.deepEqual(calls, before, 'and the device was not called again');
});

test('a device remembers, and holds what it remembers until the key is written again', async t => {
  const heard = makeHeard();
  const box = device({
    keep: (powers, args) => powers.state.set('kept', args),
    give: powers => powers.state.get('kept') ?? NOTHING,
    keys: powers => text(powers.state.listKeys()),
    forget: powers => powers.state.delete('kept'),
  });
  const rig = await makeBoxRig(t, box, {
    alice: caller(heard, {
      keep: [callNow('keep', 'o+7'), callNow('give'), callNow('keys')],
      replace: [callNow('keep', 'o+8'), callNow('give')],
      forget: [callNow('forget'), callNow('give'), callNow('keys')],
    }),
  });
  const before = rig.store.tables.countRows();
  await rig.tell('alice', call('keep'));
  const kept = objectOf(rig, 'alice', 'o+7') as KRef;
  t.like(rig.store.tables.objects.find(kept as never), { reachable: 1, recognizable: 1 });
  t.deepEqual(
    rig.store.query('SELECT holder_kind, holder, detail FROM holders WHERE kref = ?', [kept]).map(row => ({ ...row })),
    [{ holder_kind: 'device state', holder: 'box', detail: 'kept' }],
  );
  await rig.tell('alice', call('replace'));
  t.is(objectOf(rig, 'alice', 'o+7'), undefined);
  await rig.tell('alice', call('forget'));
  t.deepEqual(
    heard.answers.map(answer => (answer.outcome === 'ok' ? answer.value : answer)),
    [NOTHING, list('o+7'), { body: '#["kept"]', slots: [] }, NOTHING, list('o+8'), NOTHING, NOTHING, { body: '#[]', slots: [] }],
  );
  const { deviceState, deviceStateSlots, objects } = rig.store.tables.countRows();
  t.deepEqual({ deviceState, deviceStateSlots, objects }, { deviceState: 0, deviceStateSlots: 0, objects: before.objects });
});

test('a call that throws leaves nothing of what it wrote, sent or wanted put out', async t => {
  const heard = makeHeard();
  const outputs: string[] = [];
  const box = device({
    half: (powers, args) => {
      powers.state.set('kept', args);
      powers.state.delete('other');
      powers.send(args.slots[0] as KernelObjectRef, call('hello'));
      powers.whenDurable(() => outputs.push('half'));
      throw new Error('half way');
    },
    other: powers => {
      powers.state.set('other', text('still here'));
      powers.whenDurable(() => outputs.push('other'));
    },
    read: powers => powers.state.get('other') ?? NOTHING,
  });
  const rig = await makeBoxRig(t, box, {
    alice: caller(heard, { go: [callNow('other'), callNow('half', 'o+0'), callNow('read')] }),
  });
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('go'), result: 'none' });
  await rig.kernel.step();
  t.deepEqual(outputs, [], 'nothing is put out before the block is durable');
  await rig.kernel.run();
  t.deepEqual(outputs, ['other']);
  t.deepEqual(heard.answers, [
    { outcome: 'ok', value: NOTHING },
    { outcome: 'error', problem: 'half way' },
    { outcome: 'ok', value: { body: '#"still here"', slots: [] } },
  ]);
  t.deepEqual(
    heard.deliveries.filter(delivery => methodOf(delivery) === 'hello'),
    [],
  );
});

test('what a device did in a crank that is abandoned is undone', async t => {
  const heard = makeHeard();
  const outputs: string[] = [];
  const box = device({
    keep: (powers, args) => {
      powers.state.set('kept', args);
      powers.send(args.slots[0] as KernelObjectRef, call('hello'));
      powers.whenDurable(() => outputs.push('kept'));
    },
  });
  const rig = await makeBoxRig(
    t,
    box,
    { alice: caller(heard, { fault: [callNow('keep', 'o+7')] }) },
    { vatOptions: { alice: { onFault: 'suspend' } } },
  );
  const before = rig.store.tables.countRows();
  await rig.tell('alice', call('fault'));
  t.deepEqual(heard.answers, [{ outcome: 'ok', value: NOTHING }]);
  const { deviceState, deviceStateSlots, objects, messages } = rig.store.tables.countRows();
  t.deepEqual(
    { deviceState, deviceStateSlots, objects, messages },
    { deviceState: 0, deviceStateSlots: 0, objects: before.objects, messages: 1 },
    'only the message that was not delivered is there',
  );
  t.deepEqual(outputs, []);
});

test('powers work during their call only, and every limit is kept', async t => {
  const heard = makeHeard();
  let stale: DevicePowers | undefined;
  const box = device({
    steal: powers => void (stale = powers),
    use: () => stale?.state.get('x'),
    large: powers => powers.state.set('x', { body: `#"${'x'.repeat(10_000_001)}"`, slots: [] }),
    huge: () => ({ body: `#"${'x'.repeat(10_000_001)}"`, slots: [] }),
    long: () => {
      throw new Error(`${'x'.repeat(1_999)}\uD83D\uDE00`);
    },
    value: () => {
      throw Object.assign(Object.create(null) as object, { toString: () => 'not an error' });
    },
  });
  const methods = ['steal', 'use', 'large', 'huge', 'long', 'value'];
  const rig = await makeBoxRig(t, box, { alice: caller(heard, { go: methods.map(method => callNow(method)) }) });
  await rig.tell('alice', call('go'));
  const problems = heard.answers.map(answer => (answer.outcome === 'error' ? answer.problem : ''));
  t.regex(problems[1] ?? '', /device box used a power after the call/);
  t.regex(problems[2] ?? '', /larger than 10000000/);
  t.regex(problems[3] ?? '', /larger than 10000000/);
  t.is(problems[4]?.length, 2_000);
  t.true(problems[4]?.isWellFormed());
  t.is(problems[5], 'not an error');
  t.is(rig.store.tables.vats.get(rig.vat('alice')).state, 'running', 'none of it is the fault of the vat');
});

test('an input of the host is a crank: it may send and remember, and a refusal leaves no trace', async t => {
  const heard = makeHeard();
  const box = device({
    register: (powers, args) => powers.state.set('handler', args),
    poll: (powers, args) => {
      const handler = powers.state.get('handler')?.slots[0] as KernelObjectRef;
      powers.send(handler, { body: `#["wake",${args.body.slice(1)}]`, slots: [] });
      return text('woken');
    },
    fail: powers => {
      powers.state.delete('handler');
      throw new Error('not now');
    },
  });
  const rig = await makeBoxRig(t, box, { alice: caller(heard, { go: [callNow('register', 'o+7')] }) });
  await rig.tell('alice', call('go'));
  const before = rig.kernel.activityHash;
  t.throws(() => rig.kernel.tellDevice('box', 'fail', text([])), {
    code: 'ERR_DEVICE',
    message: /"box" refused fail\(\): not now/,
  });
  t.throws(() => rig.kernel.tellDevice('bax', 'fail', text([])), { code: 'ERR_DEVICE', message: /no device named "bax"/ });
  t.is(rig.kernel.activityHash, before);
  t.deepEqual(rig.kernel.tellDevice('box', 'poll', text([5])), text('woken'));
  t.not(rig.kernel.activityHash, before);
  await rig.kernel.run();
  t.like(heard.deliveries.at(-1), { type: 'message', target: 'o+7', message: { methargs: text(['wake', [5]]), result: null } });
});

test('an output that throws is a mistake of its device: what led to it is durable, and the kernel stops', async t => {
  const box = device({
    put: powers =>
      powers.whenDurable(() => {
        throw new Error('no paper');
      }),
  });
  const rig = await makeBoxRig(t, box, { alice: caller(makeHeard(), { go: [callNow('put')] }) });
  const before = rig.kernel.crankNumber;
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('go'), result: 'none' });
  await t.throwsAsync(rig.kernel.run(), { message: 'no paper' });
  t.false(rig.store.inBlock);
  t.is(rig.store.tables.kernelState.find('crank_number'), String(before + 2));
  t.throws(() => rig.kernel.rootOf(rig.vat('alice')), { message: /the kernel has stopped: no paper/ });
});

test('a node of a device that is not there is noticed (I26)', async t => {
  const rig = await makeBoxRig(t, device({}), { alice: actor({}) });
  rig.store.beginBlock();
  rig.store.beginCrank();
  rig.store.tables.deviceNodes.put({ kref: 'kd99' as KernelDeviceRef, device: 'gone', kind: 'root', id: '' });
  rig.store.tables.devices.put({ device: 'rootless', parametersBody: '#0' });
  t.deepEqual(
    rig.kernel.audit().map(({ invariant, subject }) => `${invariant} ${subject}`),
    ['I26 kd99', 'I26 rootless'],
  );
  rig.store.abandonCrank();
  rig.store.rollbackBlock();
});

/** The names in a body, in order: `["v2", ...]`. */
const namesIn = (data: CapData<string>): string[] => JSON.parse(data.body.slice(1)) as string[];
const about = (method: string, name: string, ...slots: string[]) => ({
  ...callNow(method),
  args: { body: `#${JSON.stringify([name, ...slots.map((_, i) => `$${i}`)])}`, slots: vrefs(...slots) },
});

/** A device that hands orders on to the kernel. */
const office = device({
  create: ({ vats }, args) => {
    const [name] = namesIn(args) as [string];
    const [watcher, gift] = args.slots as [KernelObjectRef, KRef?];
    const parameters = gift === undefined ? NOTHING : text('$0', gift);
    return text(vats.createVat({ bundle: 'scripted', name, parameters, options: {}, watcher }));
  },
  end: ({ vats }, args) => vats.terminateVat(namesIn(args)[0] as VatId, text(['enough', '$0'], ...args.slots)),
  upgrade: ({ vats }, args) =>
    vats.upgradeVat(namesIn(args)[0] as VatId, { bundle: 'scripted', parameters: text('$0', ...args.slots), message: 'newer' }),
  options: ({ vats }, args) => vats.changeOptions(namesIn(args)[0] as VatId, { reap: { deliveries: 'never', krefs: 7 } }),
  missing: ({ vats }, args) =>
    text(
      vats.createVat({ bundle: 'b9', name: 'x', parameters: NOTHING, options: {}, watcher: args.slots[0] as KernelObjectRef }),
    ),
});

/** Subscribes to what the watcher `o+5` is told of, as liveslots would. */
const subscribing =
  (make: () => ScriptedVat): (() => ScriptedVat) =>
  () => {
    const { deliver } = make();
    return {
      deliver: (delivery, syscalls) => {
        const problem = deliver(delivery, syscalls);
        const slot =
          delivery.type === 'message' && delivery.target === vref('o+5') ? delivery.message.methargs.slots[0] : undefined;
        if (slot?.startsWith('p') === true) syscalls({ type: 'subscribe', promise: slot });
        return problem;
      },
    };
  };

/** A rig whose vat `alice` (v1) has the office as `d-70`, and watches the vats that she makes (v2, ...) with `o+5`. */
const makeOfficeRig = async (
  t: ExecutionContext,
  heard: Heard,
  later: Readonly<Record<string, () => ScriptedVat>>,
): Promise<Rig> => {
  const alice = caller(heard, {
    create: [about('create', 'made', 'o+5', 'o+6')],
    twice: [about('create', 'made', 'o+5'), about('create', 'alice', 'o+5'), about('create', '1', 'o+5')],
    missing: [callNow('missing', 'o+5')],
    end: [about('end', 'v2', 'o+9'), about('end', 'v2', 'o+8')],
    upgrade: [about('upgrade', 'v2', 'o+7')],
    'upgrade and end': [about('upgrade', 'v2', 'o+7'), about('end', 'v2', 'o+9')],
    options: [about('options', 'v2')],
  });
  return makeBoxRig(t, office, { alice: subscribing(alice) }, { later });
};

/** What the watcher was told, each with what the promise in it came to. */
const listTold = (heard: Heard): string[] => {
  const outcomes = new Map<string, string>();
  for (const delivery of heard.deliveries) {
    if (delivery.type !== 'notify') continue;
    for (const { promise, outcome, data } of delivery.resolutions) outcomes.set(promise, `${outcome} ${data.body}`);
  }
  return heard.deliveries.flatMap(delivery => {
    if (delivery.type !== 'message' || delivery.target !== vref('o+5')) return [];
    const { body, slots } = delivery.message.methargs;
    const [method, [vat]] = JSON.parse(body.slice(1)) as [string, [string]];
    return [`${method} ${vat} ${outcomes.get(slots[0] as string) ?? slots[0]}`];
  });
};

const countMost = (rig: Rig): Readonly<Record<string, number>> => {
  const { transcripts: _transcripts, counters: _counters, statistics: _statistics, ...rest } = rig.store.tables.countRows();
  return rest;
};

test('a vat that a vat made starts in a crank of its own, under a name of its own, and its maker is told', async t => {
  const heard = makeHeard();
  const made: VatDelivery[] = [];
  const rig = await makeOfficeRig(t, heard, { made: actor({}, made), 'made-v3': actor({}), 'alice-v4': actor({}) });
  await rig.tell('alice', call('create'));
  t.deepEqual(heard.answers, [{ outcome: 'ok', value: { body: '#"v2"', slots: [] } }]);
  t.deepEqual(made, [{ type: 'startVat', parameters: { body: '#"$0"', slots: vrefs('o-50') } }]);
  t.deepEqual(listTold(heard), ['vatStarted v2 o-50']);
  t.like(rig.store.tables.vats.findByName('made'), { vat: 'v2', state: 'running', worker: 'scripted' });
  await rig.tell('alice', call('twice'));
  t.deepEqual(
    rig.store.tables.vats.list().map(({ vat, name }) => `${vat} ${name}`),
    ['v1 alice', 'v2 made', 'v3 made-v3', 'v4 alice-v4'],
    'a name that is taken is told apart by the id',
  );
  t.regex(problemOf(heard.answers[3]), /"1" cannot be the name of a vat/);
  await rig.tell('alice', call('missing'));
  t.regex(problemOf(heard.answers[4]), /no bundle b9 is installed/);
  await rig.tell('alice', call('options'));
  t.deepEqual(JSON.parse(rig.store.tables.vats.get('v2' as VatId).options).reap, { deliveries: 'never', krefs: 7 });
});

for (const [title, make, outcome] of [
  ['cannot start', () => ({ deliver: () => 'no root' }), 'rejected #{"#error":"no root","name":"Error"}'],
  [
    'faults',
    actor({ go: () => [{ type: 'send' }] }),
    'rejected #{"#error":"illegal syscall: send: target is not a vref: undefined","name":"Error"}',
  ],
  ['exits', actor({ go: () => [exit('success', '#"all done"')] }), 'fulfilled #"all done"'],
  ['exits with an object', actor({ go: () => [exit('success', '#["$0"]', 'o+3')] }), 'fulfilled #["$0"]'],
  [
    'exits with a promise',
    actor({ go: () => [exit('success', '#"&0"', 'p+3')] }),
    'rejected #{"#error":"vat terminated","name":"Error"}',
  ],
  ['exits with what is no data', actor({ go: () => [exit('success', 'nonsense')] }), 'fulfilled nonsense'],
  ['exits with failure', actor({ go: () => [exit('failure', '#"enough"')] }), 'rejected #"enough"'],
  [
    'exits with failure and an object that goes with its crank',
    actor({ go: () => [exit('failure', '#["$0"]', 'o+3')] }),
    'rejected #{"#error":"vat exited with failure: #[\\"$0\\"]","name":"Error"}',
  ],
] as const) {
  test(`a vat that ${title} leaves no row, and its maker is told how it ended`, async t => {
    const heard = makeHeard();
    const rig = await makeOfficeRig(t, heard, { made: make as () => ScriptedVat });
    const before = countMost(rig);
    await rig.tell('alice', call('create'));
    if (title !== 'cannot start') {
      rig.kernel.sendMessage({ target: rig.kernel.rootOf('v2' as VatId), methargs: call('go'), result: 'none' });
      await rig.kernel.run();
      await rig.tell('alice', call('drop'));
    }
    t.is(listTold(heard).at(-1), `vatTerminated v2 ${outcome}`);
    t.deepEqual(listTold(heard).length, title === 'cannot start' ? 1 : 2);
    const left = countMost(rig);
    t.is(rig.store.tables.vats.find('v2' as VatId), undefined);
    // The promises that the host waits for, and that alice decides and has heard of, go by other ways.
    for (const name of [
      'vats',
      'dynamicVats',
      'verdictSlots',
      'parameterSlots',
      'vatProgress',
      'messages',
      'runQueue',
      'gcActions',
    ]) {
      t.is(left[name], before[name], name);
    }
    t.is(left['pins'], (before['pins'] ?? 0) + (title === 'cannot start' ? 1 : 2), 'answers that the host waits for');
  });
}

test('a verdict is carried out before anything that is queued, once, and is what the maker is told', async t => {
  const heard = makeHeard();
  const made: VatDelivery[] = [];
  const rig = await makeOfficeRig(t, heard, { made: actor({}, made) });
  await rig.tell('alice', call('create'));
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('end'), result: 'none' });
  rig.kernel.sendMessage({ target: rig.kernel.rootOf('v2' as VatId), methargs: call('too late'), result: 'none' });
  t.is((await rig.kernel.step())?.kind, 'message');
  t.like(rig.store.tables.dynamicVats.list()[0], { vat: 'v2', verdictBody: '#["enough","$0"]' });
  let report = await rig.kernel.step();
  while (report?.kind === 'gc' || report?.kind === 'moot') report = await rig.kernel.step();
  t.like(report, { kind: 'end-vat', vat: 'v2' });
  t.regex(rig.store.tables.vats.get('v2' as VatId).problem ?? '', /ended by its maker: \["enough", ko/);
  await rig.kernel.run();
  t.is(made.length, 1);
  t.deepEqual(listTold(heard).slice(1), ['vatTerminated v2 rejected #["enough","$0"]']);
  const answers = heard.answers.length;
  await rig.tell('alice', call('end'));
  t.deepEqual(heard.answers.slice(answers), [
    { outcome: 'ok', value: NOTHING },
    { outcome: 'ok', value: NOTHING },
  ]);
  await rig.tell('alice', call('upgrade'));
  t.is(problemOf(heard.answers.at(-1)), 'vat v2 has ended');
});

test('an upgrade that a vat ordered runs in its turn, and its maker is told the incarnation or what went wrong', async t => {
  const heard = makeHeard();
  let broken = false;
  const made = (): ScriptedVat => ({ deliver: ({ type }) => (broken && type === 'startVat' ? 'no root' : undefined) });
  const rig = await makeOfficeRig(t, heard, { made });
  await rig.tell('alice', call('create'));
  await rig.tell('alice', call('upgrade'));
  t.is(rig.store.tables.vats.get('v2' as VatId).incarnation, 1);
  broken = true;
  await rig.tell('alice', call('upgrade'));
  broken = false;
  await rig.tell('alice', call('upgrade and end'));
  t.deepEqual(listTold(heard).slice(1), [
    'vatUpgraded v2 fulfilled #1',
    'vatUpgraded v2 rejected #{"#error":"the new incarnation did not start: no root","name":"Error"}',
    'vatUpgraded v2 rejected #{"#error":"the vat was terminated","name":"Error"}',
    'vatTerminated v2 rejected #["enough","$0"]',
  ]);
});

test('a vat that was made and has nobody to tell is noticed (I27)', async t => {
  const rig = await makeOfficeRig(t, makeHeard(), { made: actor({}) });
  await rig.tell('alice', call('create'));
  rig.store.beginBlock();
  rig.store.beginCrank();
  const [row] = rig.store.tables.dynamicVats.list();
  if (row !== undefined) rig.store.tables.dynamicVats.put({ ...row, watcher: null });
  t.true(rig.kernel.audit().some(({ invariant, subject }) => invariant === 'I27' && subject === 'v2'));
  rig.store.abandonCrank();
  rig.store.rollbackBlock();
});
