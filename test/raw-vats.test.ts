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
