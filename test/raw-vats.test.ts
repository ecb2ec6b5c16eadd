/**
 * Data made by hand, as a compromised worker could make it, sent to ordinary vats. Each piece has its defined answer: the promise that
 * it would have settled is rejected, or the vat that sent it ends; whoever receives it goes on.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import test, { type ExecutionContext } from 'ava';
import { makeRawWorld, type RawWorld, type Syscall } from './raw/world.ts';

const ALICE = 'o-50';
const BOB = 'o-51';

type Data = { readonly body: string; readonly slots?: readonly string[] };

const data = ({ body, slots = [] }: Data) => ({ body, slots });
const send = (target: string, methargs: Data, result: string | null = null) => ({
  type: 'send',
  target,
  message: { methargs: data(methargs), result },
});
const subscribe = (promise: string) => ({ type: 'subscribe', promise });
const resolve = (promise: string, given: Data, outcome = 'fulfilled') => ({
  type: 'resolve',
  resolutions: [{ promise, outcome, data: data(given) }],
});

/** What became of a promise, as the raw vat was told: `fulfilled #"hello"`, or undefined when it has heard nothing. */
const heardOf = (world: RawWorld, promise: string): string | undefined => {
  for (const delivery of world.heard) {
    if (delivery.type !== 'notify') continue;
    const found = delivery.resolutions.find(resolution => resolution.promise === promise);
    if (found !== undefined) return `${found.outcome} ${found.data.body}`;
  }
  return undefined;
};

/** Bodies of messages that are no call, whatever slots they have. */
const NO_CALLS: readonly string[] = [
  '',
  '["hello",[]]',
  '{"@qclass":"undefined"}',
  '#',
  '#[',
  '#["hello",[]',
  '##["hello",[]]',
  '#undefined',
  '#"hello"',
  '#["hello"]',
  '#["hello",[],[]]',
  '#["hello",{}]',
  '#["hello","#undefined"]',
  '#[[],["hello"]]',
  '#[1,[]]',
  '#[null,[]]',
  '#["+1",[]]',
  '#[{"@qclass":"symbol","name":"hello"},[]]',
  '#{"method":"hello","args":[]}',
  '#["__proto__",[]]',
  '#["toString",[]]',
  '#["!#undefined",[]]',
  '#["#undefined",[]]',
];

/** What stands for no value. The slots are none, or one object of the raw vat and one promise. */
const NO_VALUES: readonly string[] = [
  ...['"#bogus"', '"+x"', '"+"', '"*"', '"(hello"', '"\'x"'],
  ...['{"#tag":1}', '{"#tag":"t"}', '{"#tag":"t","payload":1,"more":2}'],
  ...['{"#error":1}', '{"#error":"m"}', '{"#error":"m","name":1}', '{"#nothing":1}', '{"$0":1,"#x":2}'],
  ...['"$-1"', '"$1.5"', '"$x"', '"$length"', '"$2"', '"&2"', '"$99999999999999999999"'],
  // An object cited as a promise, a promise cited as an object, one ref as both.
  ...['"&0"', '"$1"', '["$0","&0"]', '["&1","$1"]'],
];

const SLOTS = ['o+900', 'p+900'];

/** Sends one message with a result, and gives what the raw vat is told of that. */
const sendOne = async (world: RawWorld, methargs: Data, result: string): Promise<string> => {
  await world.attack(syscall => {
    syscall(send(ALICE, methargs, result));
    syscall(subscribe(result));
  });
  return heardOf(world, result) ?? 'nothing';
};

const insistCitizensWell = async (t: ExecutionContext, world: RawWorld, what: string): Promise<void> => {
  for (const name of ['alice', 'bob']) {
    t.is(world.stateOf(name), 'running', `${what}: ${world.problemOf(name)}`);
    t.is(await world.ask(name, 'hello'), '#"hello"', what);
  }
  t.deepEqual(world.kernel.audit(), [], what);
};

test('a message that is no call rejects its result, and the vat that got it goes on', async t => {
  const world = await makeRawWorld(t);
  for (const [i, body] of NO_CALLS.entries()) {
    for (const [j, slots] of [[], SLOTS].entries()) {
      t.regex(await sendOne(world, { body, slots }, `p+${2 * i + j + 1}`), /^rejected #\{"#error":/, body);
      // Without a result there is nobody to tell.
      await world.attack(syscall => syscall(send(ALICE, { body, slots })));
    }
  }
  await insistCitizensWell(t, world, 'after all');
  t.is(world.stateOf('raw'), 'running', world.problemOf('raw'));
});

test('arguments that stand for no value reject the result, and the vat that got them goes on', async t => {
  const world = await makeRawWorld(t);
  for (const [i, value] of NO_VALUES.entries()) {
    const body = `#["keep",[${value}]]`;
    t.regex(await sendOne(world, { body, slots: SLOTS }, `p+${i + 1}`), /^rejected #\{"#error":/, body);
  }
  t.is(await world.ask('alice', 'kept'), '#[]');
  await insistCitizensWell(t, world, 'after all');
  t.is(world.stateOf('raw'), 'running', world.problemOf('raw'));
});

test('data of other encodings is plain data', async t => {
  const world = await makeRawWorld(t);
  const plain = ['{"@qclass":"slot","index":0}', '{"@qclass":"@qclass"}', '{"__proto__":1,"constructor":2}', '{"then":"$0"}'];
  for (const [i, value] of plain.entries()) {
    const heard = await sendOne(world, { body: `#["echo",[${value}]]`, slots: ['o+900'] }, `p+${i + 1}`);
    t.regex(heard, /^fulfilled #\[\{/, value);
  }
  await insistCitizensWell(t, world, 'after all');
});

/** What a promise may not be fulfilled with, seen by the vats that wait for it; the slots are as above, and p+5 is the promise. */
const NO_RESOLUTIONS: readonly string[] = [
  ...['', '"x"', '#', '#[', '{"@qclass":"undefined"}'],
  ...NO_VALUES.map(value => `#${value}`),
  // A promise, in spellings that only a decoder reads as one.
  ...['# "&1"', '#"&01"', '#"&0x1"', '#"&1e0"', `#"&${'0'.repeat(20_000)}1"`],
];

/** Hands p+5 to both citizens in several ways; what comes of it arrives at p+10 and following. */
const spread = (syscall: Syscall): void => {
  const own = { slots: ['p+5'] };
  syscall(send(ALICE, { body: '#["wait",["&0"]]', ...own }, 'p+10'));
  syscall(send(ALICE, { body: '#["same",["&0"]]', ...own }, 'p+11'));
  syscall(send(ALICE, { body: '#["refuse",["&0"]]', ...own }, 'p+12'));
  syscall(send(ALICE, { body: '#["relay",["$1","&0"]]', slots: ['p+5', BOB] }, 'p+13'));
  syscall(send(ALICE, { body: '#["keep",["&0"]]', ...own }));
  syscall(send(BOB, { body: '#["ask",["&0"]]', ...own }, 'p+14'));
  syscall(send('p+5', { body: '#["hello",[]]' }, 'p+15'));
  for (let i = 10; i <= 15; i += 1) syscall(subscribe(`p+${i}`));
};

for (const outcome of ['fulfilled', 'rejected']) {
  test(`a promise that is ${outcome} with data that cannot be decoded rejects for all who wait`, async t => {
    for (const body of NO_RESOLUTIONS) {
      const world = await makeRawWorld(t);
      await world.attack(spread);
      await world.attack(syscall => syscall(resolve('p+5', { body, slots: SLOTS }, outcome)));
      t.is(world.stateOf('raw'), 'running', body);
      const isRejectionWithPromise = outcome === 'rejected' && /^# ?"&0*(0x|)1(e0)?"$/.test(body);
      if (!isRejectionWithPromise) t.regex(heardOf(world, 'p+10') ?? '', /^fulfilled #\["rejected",\{"#error":/, body);
      t.regex(heardOf(world, 'p+11') ?? '', /^rejected #/, body);
      t.regex(heardOf(world, 'p+14') ?? '', /^rejected #/, body);
      t.regex(heardOf(world, 'p+15') ?? '', /^rejected /, body);
      await insistCitizensWell(t, world, `${outcome} ${body}`);
    }
  });
}

test('a promise that is openly fulfilled with a promise ends the vat that tries', async t => {
  for (const body of ['#"&1"', '#"&1.x"', '#"\\u00261"']) {
    const world = await makeRawWorld(t);
    await world.attack(spread);
    await world.attack(syscall => syscall(resolve('p+5', { body, slots: SLOTS })));
    t.regex(world.problemOf('raw'), /cannot be fulfilled with a promise/);
    await insistCitizensWell(t, world, body);
  }
});

test('data that cites a function of the receiver as its then is refused', async t => {
  const world = await makeRawWorld(t);
  await sendOne(world, { body: '#["makeFunction",[]]' }, 'p+1');
  const then = world.heard.flatMap(delivery => (delivery.type === 'notify' ? delivery.resolutions : []))[0]?.data.slots[0];
  t.regex(then ?? '', /^o-/);
  const thenable = { body: '{"then":"$0"}', slots: [then ?? ''] };
  t.regex(await sendOne(world, { ...thenable, body: `#["same",[${thenable.body}]]` }, 'p+2'), /^rejected #/);
  await world.attack(spread);
  await world.attack(syscall => syscall(resolve('p+5', { ...thenable, body: `#${thenable.body}` })));
  t.regex(heardOf(world, 'p+10') ?? '', /^fulfilled #\["rejected"/);
  await insistCitizensWell(t, world, 'thenable');
});

test('promises that are fulfilled with data citing themselves and each other arrive', async t => {
  const world = await makeRawWorld(t);
  await world.attack(spread);
  await world.attack(syscall => {
    const resolutions = [
      { promise: 'p+5', outcome: 'fulfilled', data: data({ body: '#["&0","&1","$2"]', slots: ['p+5', 'p+6', 'o+7'] }) },
      { promise: 'p+6', outcome: 'rejected', data: data({ body: '#["&0"]', slots: ['p+5'] }) },
    ];
    syscall({ type: 'resolve', resolutions });
  });
  t.regex(heardOf(world, 'p+10') ?? '', /^fulfilled #\["fulfilled",\["&0","&1","\$2/);
  t.is(heardOf(world, 'p+15'), 'rejected #{"#error":"data is not callable, has no method hello","name":"Error"}');
  await insistCitizensWell(t, world, 'cycle');
});

const LIMIT_CASES: readonly (readonly [what: string, make: (size: number) => Data, limit: number])[] = [
  ['characters', size => ({ body: `#["keep",["${'x'.repeat(size - 14)}"]]` }), LIMITS.capdataBodyLength],
  ['levels', size => ({ body: `#["keep",[${'['.repeat(size - 2)}${']'.repeat(size - 2)}]]` }), LIMITS.capdataDepth],
  [
    'slots',
    size => ({ body: '#["keep",["$0"]]', slots: Array.from({ length: size }, (_, i) => `o+${i + 1000}`) }),
    LIMITS.capdataSlots,
  ],
];

for (const [what, make, limit] of LIMIT_CASES) {
  test(`as many ${what} as the limit says are taken; one more ends the vat that sends them`, async t => {
    const world = await makeRawWorld(t);
    for (const [i, size] of [limit - 1, limit].entries()) {
      t.is(await sendOne(world, make(size), `p+${i + 1}`), 'fulfilled #"#undefined"', String(size));
    }
    await world.attack(syscall => {
      syscall({ type: 'vatstoreSet', key: 'trace', value: '1' });
      syscall(send(BOB, make(limit + 1)));
    });
    t.is(world.stateOf('raw'), 'terminated');
    t.regex(world.problemOf('raw'), /larger than|deeper than|more than/);
    t.is(await world.ask('bob', 'kept'), '#[]');
    await insistCitizensWell(t, world, what);
  });
}

test('parameters that cannot be decoded end the vat that they are for, and no other', async t => {
  const world = await makeRawWorld(t);
  const slots = [world.root('alice')];
  const bodies = ['', '#', '#"&0"', '#"$1"', '#{"#tag":1}', `#${'['.repeat(501)}${']'.repeat(501)}`];
  for (const [i, body] of bodies.entries()) {
    const name = `late${i}`;
    world.addVat(name, 'citizen', { body, slots });
    await world.kernel.run();
    t.is(world.stateOf(name), 'terminated', body);
    t.regex(world.problemOf(name), /vat parameters cannot be decoded: /, body);
  }
  await insistCitizensWell(t, world, 'after all');
});

const BOX = 'd-70';
const callBox = (method: unknown, args: unknown = { body: '#[]', slots: [] }, target: unknown = BOX) => ({
  type: 'callNow',
  target,
  method,
  args,
});
const scan = (changes: object) => ({ type: 'vatstoreScan', after: '', before: 'z', limit: 1, ...changes });
const drop = (...refs: unknown[]) => ({ type: 'dropPromises', refs });
const abandon = (...refs: unknown[]) => ({ type: 'abandonExports', refs });
const KEY_LENGTH = LIMITS.vatstoreKeyLength;
/** Makes o+7 and p+5 known, and promises p+6 of alice's. */
const INTRODUCTION = send(ALICE, { body: '#["keep",["$0","&1"]]', slots: ['o+7', 'p+5'] }, 'p+6');

/** What no vat may do with calls of devices, scans, promises and exports, and what it hears. */
const ILLEGAL: readonly (readonly [what: string, syscall: unknown, problem: RegExp])[] = [
  ['a call of an object', callBox('echo', undefined, ALICE), /o-50 is not a device/],
  ['a call of an export', callBox('echo', undefined, 'o+0'), /o\+0 is not a device/],
  ['a call of a promise', callBox('echo', undefined, 'p+5'), /p\+5 is not a device/],
  ['a call of a device that it was never given', callBox('echo', undefined, 'd-71'), /unknown import d-71/],
  ['a call of a device of its own', callBox('echo', undefined, 'd+1'), /vats export no devices: d\+1/],
  ['a call of nothing', callBox('echo', undefined, null), /target is not a vref/],
  ['a call of a kref', callBox('echo', undefined, 'kd30'), /target is not a vref: "kd30"/],
  ['a method that is no text', callBox(7), /method is not a string/],
  ['a method that is no Unicode text', callBox('\udc00'), /method has half of a surrogate pair/],
  ['a method that is too long', callBox('m'.repeat(KEY_LENGTH + 1)), /method is longer than 10000 characters/],
  ['arguments that are no data', callBox('echo', [1]), /args is not capdata/],
  ['arguments with a promise', callBox('echo', { body: '#["&0"]', slots: ['p+5'] }), /p\+5 is a promise; a device takes none/],
  ['arguments with a new promise', callBox('echo', { body: '#[]', slots: ['p+99'] }), /p\+99 is a promise/],
  ['arguments with an import that it never had', callBox('echo', { body: '#[]', slots: ['o-99'] }), /unknown import o-99/],
  ['arguments that are too deep', callBox('echo', { body: `#${'['.repeat(501)}${']'.repeat(501)}`, slots: [] }), /deeper than/],
  ['a call with more in it', { ...callBox('echo'), result: 'p+9' }, /unknown field "result"/],
  ['a message to a device', send(BOX, { body: '#["echo",[]]' }), /d-70 is a device; call it with callNow/],
  ['a scan without a start', scan({ after: undefined }), /after is not a string/],
  ['a scan without an end', scan({ before: null }), /before is not a string/],
  ['a scan without a limit', scan({ limit: undefined }), /limit is not a whole number from 1 to 1000/],
  ['a scan for nothing', scan({ limit: 0 }), /limit is not/],
  ['a scan for less than nothing', scan({ limit: -1 }), /limit is not/],
  ['a scan for half an entry', scan({ limit: 0.5 }), /limit is not/],
  ['a scan for no number of entries', scan({ limit: Number.NaN }), /limit is not/],
  ['a scan for too much', scan({ limit: LIMITS.vatstoreScanEntries + 1 }), /limit is not/],
  ['a scan for a large number of entries', scan({ limit: 1n }), /limit is not/],
  ['a scan from what is no Unicode text', scan({ after: '\ud800' }), /after has half of a surrogate pair/],
  ['a scan to a key that is too long', scan({ before: 'k'.repeat(KEY_LENGTH + 1) }), /before is longer than/],
  ['a drop of an import as a promise', drop(ALICE), /o-50 is not a promise of this vat/],
  ['a drop of an export as a promise', drop('o+7'), /o\+7 is not a promise of this vat/],
  ['a drop of a device as a promise', drop(BOX), /d-70 is not a promise of this vat/],
  ['a drop of a promise that it never had', drop('p-99'), /p-99 is not a promise of this vat/],
  ['a drop of a promise that it never made', drop('p+99'), /p\+99 is not a promise of this vat/],
  ['a drop of a promise twice', drop('p+5', 'p+5'), /names a ref twice/],
  ['a drop of what is no ref', drop('kp40'), /refs is not a vref: "kp40"/],
  ['a drop of one promise, not of a list', { type: 'dropPromises', refs: 'p+5' }, /refs is not a list/],
  ['a drop of promises with holes', { type: 'dropPromises', refs: new Array(1) }, /refs is not a vref: undefined/],
  ['an abandoned import', abandon(ALICE), /o-50 is not an export/],
  ['an abandoned promise', abandon('p+5'), /p\+5 is not an object/],
  ['an abandoned device', abandon(BOX), /d-70 is not an object/],
  ['an abandoned export that it never made', abandon('o+99'), /o\+99 is not in the c-list/],
  ['an export abandoned twice', abandon('o+7', 'o+7'), /names a ref twice/],
];

test('illegal uses of devices, scans, promises and exports end the vat that tries, undo its crank, and nothing else', async t => {
  for (const [what, syscall, problem] of ILLEGAL) {
    const world = await makeRawWorld(t);
    await world.attack(first => first(INTRODUCTION));
    await world.attack(attack => {
      attack({ type: 'vatstoreSet', key: 'trace', value: '1' });
      attack(callBox('keep', { body: '#["here"]', slots: [] }));
      attack(syscall);
      t.is(attack({ type: 'vatstoreGet', key: 'trace' }).outcome, 'error', `${what}: nothing is done after it`);
    });
    t.is(world.stateOf('raw'), 'terminated', what);
    t.regex(world.problemOf('raw'), problem, what);
    t.is(world.store.tables.deviceState.count(), 0, what);
    await insistCitizensWell(t, world, what);
    await world.stop();
  }
});

test('what was dropped or abandoned cannot be named, settled, dropped or abandoned again', async t => {
  const again: readonly (readonly [what: string, first: unknown, second: unknown, problem: RegExp])[] = [
    ['dropped again', drop('p+5'), drop('p+5'), /p\+5 is not a promise of this vat/],
    ['abandoned again', abandon('o+7'), abandon('o+7'), /o\+7 is not in the c-list/],
    ['retired after it was abandoned', abandon('o+7'), { type: 'retireExports', refs: ['o+7'] }, /o\+7 is not in the c-list/],
    ['dropped after it was settled', resolve('p+5', { body: '#1' }), drop('p+5'), /p\+5 is not a promise of this vat/],
  ];
  for (const [what, first, second, problem] of again) {
    const world = await makeRawWorld(t);
    await world.attack(syscall => syscall(INTRODUCTION));
    await world.attack(syscall => {
      t.is(syscall(first).outcome, 'ok', what);
      syscall(second);
    });
    t.regex(world.problemOf('raw'), problem, what);
    await insistCitizensWell(t, world, what);
    await world.stop();
  }
});

test('a promise that its decider dropped stays unsettled until the vat ends; its name may be used for another one', async t => {
  const world = await makeRawWorld(t);
  await world.attack(spread);
  await world.attack(syscall => {
    syscall(drop('p+5'));
    // Another promise, of the same name: alice has both.
    syscall(send(ALICE, { body: '#["keep",["&0"]]', slots: ['p+5'] }));
    syscall(resolve('p+5', { body: '#"not the first"' }));
  });
  t.is(world.stateOf('raw'), 'running', world.problemOf('raw'));
  t.is(heardOf(world, 'p+10'), undefined, 'alice still waits for the first one');
  // What the raw vat waits for goes on without the promise that it waits with.
  await world.attack(syscall => void syscall(drop('p+10', 'p+11', 'p+12')));
  await insistCitizensWell(t, world, 'dropped');
  await world.kernel.terminateVat(world.vat('raw'), 'enough');
  await world.kernel.run();
  await insistCitizensWell(t, world, 'ended');
});

test('whatever a vat says to a device, it gets an answer or an error that it may catch', async t => {
  const world = await makeRawWorld(t);
  const bodies = ['', '[]', '#', '#[', '#{}', '#"x"', '#undefined', '#["&0"]', '#["$7"]', '#["\\ud800"]', '#[{"__proto__":1}]'];
  const values = [...bodies, ...NO_VALUES.map(value => `#[${value}]`)];
  const methods = [
    'echo',
    'keep',
    'wait',
    'getTally',
    'increment',
    'toString',
    '__proto__',
    'constructor',
    '',
    'then',
    'promise',
  ];
  await world.attack(syscall => {
    for (const body of values) {
      for (const method of methods) {
        const answer = syscall(callBox(method, { body, slots: ['o+900', BOX] }));
        if (answer.outcome === 'error') t.regex(answer.problem, /./, `${method} ${body}`);
      }
    }
  });
  t.is(world.stateOf('raw'), 'running', world.problemOf('raw'));
  await insistCitizensWell(t, world, 'after all');
  await world.kernel.suspendVat(world.vat('raw'), 'to leave memory');
  await world.kernel.resumeVat(world.vat('raw'));
  await world.attack(syscall => void syscall(callBox('look')));
  t.is(world.stateOf('raw'), 'running', 'it was replayed');
});

test('rows that look like stored data and are none say nothing to the collector of cycles', async t => {
  const world = await makeRawWorld(t);
  const values = ['{', 'null', '7', '[]', '"x"', '{"slots":7}', '{"x":null}', '{"x":{"slots":[null]}}', '{"stateShape":[null]}'];
  const names = ['d10', 'v9', 'o+d10/1', 'o+d3/2.r', 'o+d3/2.ro-50', 'o+v9/1.r0000000001:o-50', 'p+5.1', 'o-50', '', '.', 'x'];
  const deep = `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const families = ['kind', 'state', 'collection', 'entry', 'place', 'watch', 'watcher', 'weak', 'count', 'export', 'tally'];
  await world.attack(syscall => {
    syscall(INTRODUCTION);
    for (const family of families) {
      for (const name of names) {
        const value = values[(family.length + name.length) % values.length];
        syscall({ type: 'vatstoreSet', key: `${family}.${name}`, value });
        syscall({ type: 'vatstoreSet', key: `${family}.${name}+`, value: deep });
      }
    }
  });
  t.is(world.stateOf('raw'), 'running', world.problemOf('raw'));
  await t.notThrowsAsync(world.kernel.collectCycles());
  await insistCitizensWell(t, world, 'after all');
});

/** What a worker may not answer, and what it may. */
const ANSWERS: readonly (readonly [what: string, report: unknown, problem: RegExp | undefined])[] = [
  ['nothing', undefined, /the worker reported nothing/],
  [
    'that it is half unfinished',
    { result: { outcome: 'ok', unfinished: 'half' }, buffered: [] },
    /the worker reported no result/,
  ],
  ['that it is unfinished, at any delivery', { result: { outcome: 'ok', unfinished: true }, buffered: [] }, undefined],
  ['that it is finished', { result: { outcome: 'ok', unfinished: false }, buffered: [] }, /the worker reported no result/],
  [
    'with a call that it kept back',
    { result: { outcome: 'ok' }, buffered: [callBox('increment'), scan({}), { type: 'vatstoreGet', key: 'a' }] },
    undefined,
  ],
  [
    'with an illegal syscall that it kept back',
    { result: { outcome: 'ok' }, buffered: [drop('p+99')] },
    /p\+99 is not a promise/,
  ],
];

test('what a worker answers is believed or not, and costs nobody else anything', async t => {
  for (const [what, report, problem] of ANSWERS) {
    const world = await makeRawWorld(t);
    world.report = () => report;
    await world.attack(() => {});
    world.report = answer => answer;
    t.is(world.stateOf('raw'), problem === undefined ? 'running' : 'terminated', `${what}: ${world.problemOf('raw')}`);
    if (problem !== undefined) t.regex(world.problemOf('raw'), problem, what);
    await insistCitizensWell(t, world, what);
    await world.stop();
  }
});

test('a vat that never finishes its reaps keeps nobody from anything', async t => {
  const world = await makeRawWorld(t);
  world.report = (answer, { type }) =>
    type === 'bringOutYourDead' ? { ...answer, result: { outcome: 'ok', unfinished: true } } : answer;
  world.kernel.scheduleReap(world.vat('raw'));
  const target = world.root('alice');
  const promise = world.kernel.sendMessage({ target, methargs: { body: '#["hello",[]]', slots: [] }, result: 'hold' });
  t.is((await world.kernel.run({ maxCranks: 50 })).reason, 'policy');
  t.is(promise === null ? undefined : world.kernel.readPromise(promise)?.state, 'fulfilled');
  await world.kernel.terminateVat(world.vat('raw'), 'enough');
  t.is((await world.kernel.run()).reason, 'idle');
  await insistCitizensWell(t, world, 'after all');
});
