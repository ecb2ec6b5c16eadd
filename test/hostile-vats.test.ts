/** Nothing that a vat does hurts the kernel or another vat: each gets its defined answer, and the others go on. */
import type { BootstrapDevices, VatPowers } from '@cooperage/vat';
import { makeTestKernel } from 'cooperage/testing';
import { Far } from '@endo/far';
import test, { type ExecutionContext } from 'ava';

const vat = (name: string) => ({ source: new URL(`./vats/vat-${name}.js`, import.meta.url) });

const makeWorld = (t: ExecutionContext) =>
  makeTestKernel(t, { vats: { mischief: vat('mischief'), bystander: vat('mischief'), escapes: vat('escapes') } });

const KINDS: Readonly<Record<string, RegExp>> = {
  unserializable: /./,
  fn: /./,
  mixed: /./,
  huge: /larger than 10000000/,
  deep: /deeper than 500 levels/,
  bottomless: /deeper than 500 levels/,
  symbol: /./,
  cyclic: /./,
};

test('an answer that cannot be sent rejects its promise, and the vat goes on', async t => {
  const kernel = await makeWorld(t);
  for (const [kind, message] of Object.entries(KINDS)) {
    await t.throwsAsync(kernel.call('mischief', 'give', [kind]), { message }, kind);
    t.is(await kernel.call('mischief', 'hello', []), 'hello', kind);
  }
});

test('a rejection that cannot be sent rejects all the same', async t => {
  const kernel = await makeWorld(t);
  for (const [kind, message] of Object.entries(KINDS)) {
    await t.throwsAsync(kernel.call('mischief', 'reject', [kind]), { message }, kind);
  }
  t.is(await kernel.call('mischief', 'hello', []), 'hello');
});

test('arguments that cannot be sent reject the call, and nothing is sent', async t => {
  const kernel = await makeWorld(t);
  const bystander = await kernel.root('bystander');
  for (const [kind, message] of Object.entries(KINDS)) {
    await t.throwsAsync(kernel.call('mischief', 'send', [kind, bystander]), { message }, kind);
  }
  t.is(await kernel.call('bystander', 'hello', []), 'hello');
});

test('what a vat throws reaches the caller with its name and message, and without its stack', async t => {
  const kernel = await makeWorld(t);
  const error = await t.throwsAsync(kernel.call('mischief', 'throwError', ['no such purse']), { message: /no such purse/ });
  t.regex(error?.name ?? '', /TypeError/);
  t.notRegex(error?.stack ?? '', /vat-mischief/);
  await t.throwsAsync(kernel.call('mischief', 'throwNonError', []));
  t.is(await kernel.call('mischief', 'rejectLater', []), 'still here');
  t.is(await kernel.call('mischief', 'hello', []), 'hello');
});

test('names of object properties are nothing special as methods or as keys', async t => {
  const kernel = await makeWorld(t);
  const bystander = await kernel.root('bystander');
  for (const method of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__', 'then']) {
    await t.throwsAsync(kernel.call('mischief', 'callMethod', [bystander, method]), undefined, method);
    await t.throwsAsync(kernel.call('bystander', method, []), undefined, method);
  }
  const record = Object.freeze(JSON.parse('{"constructor":1,"toString":2}') as object);
  t.deepEqual(await kernel.call('mischief', 'callMethod', [bystander, 'echo', record]), record);
  t.is(({} as { polluted?: unknown }).polluted, undefined);
  t.is(await kernel.call('bystander', 'hello', []), 'hello');
});

test('a vat finds no clock, no timer, no randomness and no view of the collector, and neither do its compartments', async t => {
  const kernel = await makeWorld(t);
  const globals = (await kernel.call('escapes', 'globals', [])) as Record<string, string>;
  t.deepEqual([...new Set(Object.values(globals))], ['undefined'], JSON.stringify(globals));
  const childGlobals = (await kernel.call('escapes', 'childGlobals', [])) as Record<string, string>;
  t.deepEqual([...new Set(Object.values(childGlobals))], ['undefined'], JSON.stringify(childGlobals));
  t.true(await kernel.call('escapes', 'childHasOurWeakMap', []));
  t.deepEqual(await kernel.call('escapes', 'clock', []), ['throws TypeError', 'throws TypeError', 'throws TypeError']);
  const poison = (await kernel.call('escapes', 'poison', [])) as string[];
  t.is(poison.at(-1), 'clean');
});

for (const [name, problem] of Object.entries({
  'throws-at-load': /broken at module load/,
  'throws-at-start': /broken in buildRootObject/,
  'never-starts': /did not finish/,
  'without-root': /./,
})) {
  test(`a vat that ${name.replaceAll('-', ' ')} ends alone, and its callers learn why`, async t => {
    const kernel = await makeTestKernel(t, { vats: { broken: vat(name), bystander: vat('mischief') } });
    t.is(await kernel.call('bystander', 'hello', []), 'hello');
    const error = await t.throwsAsync(kernel.call('broken', 'hello', []), { message: problem });
    t.regex(error?.message ?? '', /broken/);
    t.is(await kernel.call('bystander', 'hello', []), 'hello');
    t.deepEqual(kernel.audit(), []);
  });
}

test('a vat that holds the device behind vatAdmin can spoil no installation of a bundle', async t => {
  const buildRootObject = ({ D }: VatPowers) => {
    let admin: object = {};
    const attempt = (watcher: unknown): string => {
      try {
        D(admin)['waitForBundle']?.('function:bundle:late', watcher);
        return 'waits';
      } catch (error) {
        return (error as Error).message;
      }
    };
    return Far('mischief', {
      bootstrap: (_vats: unknown, devices: BootstrapDevices) => {
        admin = devices['vatAdmin'] ?? admin;
      },
      wait: () => harden([attempt(5), attempt(undefined), attempt('text'), attempt(admin), attempt([Far('x', {})])]),
    });
  };
  const vats = { mischief: { buildRootObject }, bystander: vat('mischief') };
  const kernel = await makeTestKernel(t, { vats, bootstrap: 'mischief', vatAdmin: true });
  const refusals = (await kernel.call('mischief', 'wait')) as string[];
  t.is(refusals.filter(problem => /an object of a vat is needed/.test(problem)).length, 5, JSON.stringify(refusals));
  t.is(await kernel.installBundle('late', { buildRootObject: () => {} }), 'function:bundle:late');
  t.is(await kernel.call('bystander', 'hello', []), 'hello');
});
