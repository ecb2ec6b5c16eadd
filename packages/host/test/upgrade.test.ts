/** Upgrades as a kernel script asks for them: what goes on, what is lost, what fails without a trace, and what a rehearsal tells. */
import '@cooperage/worker/lockdown';
import { E, Far } from '@endo/far';
import type { CooperageError } from '@cooperage/protocol/errors';
import test, { type ExecutionContext } from 'ava';
import type { KernelController } from '../src/controller.ts';
import type { KernelRef } from '../src/kernel-ref.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions, VatSpec } from '../src/options.ts';
import { makeUpgradeToConfig } from '../src/upgrade.ts';
import { makeWorkshop } from './workshop.ts';

type Parameters = { readonly greeting?: string };
type Target = { readonly [method: string]: (...args: unknown[]) => unknown };

const old = (_powers: unknown, { greeting = 'old' }: Parameters) => {
  const thing = Far('thing', { poke: () => 'poked' });
  return Far('server', { greet: () => greeting, thing: () => thing, never: () => new Promise(() => {}) });
};
const next = (_powers: unknown, { greeting = 'new' }: Parameters) => Far('server', { greet: () => `${greeting}!` });
const client = () => {
  let kept: Target | undefined;
  return Far('client', {
    keep: async (server: Target) => {
      kept = (await E(server)['thing']?.()) as Target;
      return E(kept)['poke']?.();
    },
    poke: () => E(kept as Target)['poke']?.(),
    wait: async (server: Target) => {
      try {
        return await E(server)['never']?.();
      } catch (reason) {
        return reason;
      }
    },
  });
};

const asSpec = (code: unknown, more: object = {}): VatSpec => ({ buildRootObject: code as never, ...more });

const open = async (t: ExecutionContext, options: Partial<KernelOptions> = {}): Promise<KernelController> => {
  const kernel = await openKernel({
    database: ':memory:',
    console: 'silent',
    auditEveryCrank: true,
    vats: { server: asSpec(old), client: asSpec(client) },
    ...options,
  });
  t.teardown(() => kernel.close());
  return kernel;
};

test('a vat goes on with new code under its old root', async t => {
  const kernel = await open(t);
  const root = kernel.root('server');
  t.is(await kernel.call('server', 'greet'), 'old');
  t.deepEqual(await kernel.upgradeVat('server', asSpec(next)), { incarnation: 1 });
  t.is(await kernel.call('server', 'greet'), 'new!');
  t.is(await kernel.call(root, 'greet'), 'new!');
  t.is(kernel.root('server').ref, root.ref);
});

test('what is left out stays: source, parameters, options', async t => {
  const kernel = await open(t, {
    vats: { server: asSpec(old, { parameters: { greeting: 'hi' }, onFault: 'suspend' }), client: asSpec(client) },
  });
  t.deepEqual(await kernel.upgradeVat('server'), { incarnation: 1 });
  t.is(await kernel.call('server', 'greet'), 'hi');
  t.deepEqual(await kernel.upgradeVat('server', asSpec(next)), { incarnation: 2 });
  t.is(await kernel.call('server', 'greet'), 'hi!');
  t.deepEqual(await kernel.upgradeVat('server', { parameters: { greeting: 'ho' } }), { incarnation: 3 });
  t.is(await kernel.call('server', 'greet'), 'ho!');
});

test('parameters may hold references', async t => {
  const kernel = await open(t);
  const thing = (await kernel.call('server', 'thing')) as KernelRef;
  const build = (_powers: unknown, { other }: { other: Target }) => Far('client', { poke: () => E(other)['poke']?.() });
  await kernel.upgradeVat('client', asSpec(build, { parameters: { other: thing } }));
  await thing.release();
  t.is(await kernel.call('client', 'poke'), 'poked');
});

test('those who held what is lost hear which vat lost it; those who waited get the disconnection record', async t => {
  const kernel = await open(t);
  t.is(await kernel.call('client', 'keep', [kernel.root('server')]), 'poked');
  const waiting = await kernel.send('client', 'wait', [kernel.root('server')]);
  await kernel.run();
  await kernel.upgradeVat('server', { ...asSpec(next), message: 'better greetings' });
  await t.throwsAsync(kernel.call('client', 'poke'), { message: 'the object was lost when vat "server" was upgraded' });
  await kernel.run();
  t.deepEqual(await kernel.promise(waiting), {
    state: 'fulfilled',
    value: { incarnationNumber: 0, name: 'vatUpgraded', upgradeMessage: 'better greetings' },
  });
});

const FAILURES: Readonly<Record<string, { code: unknown; problem: RegExp }>> = {
  'throws as it starts': {
    code: () => {
      throw new Error('not today');
    },
    problem: /did not start: .*buildRootObject threw.*not today/,
  },
  'waits for what another vat must do': { code: () => new Promise(() => {}), problem: /did not start/ },
  'makes no root object': { code: () => ({}), problem: /must return an object made with Far/ },
  'exits with failure as it starts': {
    code: ({ exitVatWithFailure }: { exitVatWithFailure: (reason: Error) => void }) => {
      exitVatWithFailure(new Error('no'));
      return Far('root', {});
    },
    problem: /did not start/,
  },
};

for (const [what, { code, problem }] of Object.entries(FAILURES)) {
  test(`code that ${what} is not upgraded to, and the old code answers`, async t => {
    const kernel = await open(t);
    await kernel.run();
    const rehearsal = await kernel.upgradeVat('server', { ...asSpec(code), rehearse: true });
    t.is(rehearsal.outcome, 'would fail');
    t.regex(String(rehearsal.problem), problem);
    const error = await t.throwsAsync<CooperageError>(kernel.upgradeVat('server', asSpec(code)));
    t.like(error, { code: 'ERR_UPGRADE', subject: 'server' });
    t.regex(error.message, /^vat "server" was not upgraded: /);
    t.regex(error.message, problem);
    t.is(await kernel.call('server', 'greet'), 'old');
    t.deepEqual(await kernel.upgradeVat('server', asSpec(next)), { incarnation: 1 });
    t.is(await kernel.call('server', 'greet'), 'new!');
  });
}

test('a rehearsal names what would break, and changes nothing', async t => {
  const kernel = await open(t);
  await kernel.call('client', 'keep', [kernel.root('server')]);
  const waiting = await kernel.send('client', 'wait', [kernel.root('server')]);
  await kernel.run();
  const { counters, activity, tables } = kernel.stats();
  const objects = kernel.objects({ owner: 'server' });
  const report = await kernel.upgradeVat('server', { ...asSpec(next), rehearse: true });
  t.like(report, { outcome: 'would succeed', problem: undefined });
  t.deepEqual(
    report.abandoned.map(({ vref, importers }) => [String(vref).startsWith('o+'), importers]),
    [[true, ['client']]],
  );
  t.is(report.rejected.length, 1);
  const after = kernel.stats();
  t.deepEqual([after.counters, after.activity, after.tables], [counters, activity, tables]);
  t.deepEqual(kernel.objects({ owner: 'server' }), objects);
  t.is(await kernel.call('client', 'poke'), 'poked');
  t.is((await kernel.promise(waiting)).state, 'unresolved');
});

test('an upgrade that says what cannot be is refused before anything happens', async t => {
  const kernel = await open(t);
  await kernel.run();
  const { activity } = kernel.stats();
  const refuse = async (name: string, spec: object, expected: object): Promise<void> => {
    t.like(await t.throwsAsync(kernel.upgradeVat(name, spec as never)), expected);
  };
  await refuse('sever', asSpec(next), { code: 'ERR_VAT_NOT_FOUND', subject: 'sever' });
  await refuse('server', { sorce: 'x' }, { code: 'ERR_CONFIG', subject: 'the upgrade of "server".sorce' });
  await refuse('server', { message: 3 }, { code: 'ERR_CONFIG' });
  await refuse('server', { heap: 'burn' }, { code: 'ERR_CONFIG' });
  await refuse('server', { source: './nowhere.js' }, { code: 'ERR_VAT_SOURCE' });
  await refuse('server', { parameters: { f: () => {} } }, { code: 'ERR_CONFIG' });
  t.deepEqual(kernel.stats().activity, activity);
});

test('a critical vat stops the kernel, and is suspended and upgraded in the next', async t => {
  const { path } = makeWorkshop(t);
  const frail = ({ exitVat }: { exitVat: (value: string) => void }) => Far('server', { work: () => exitVat('enough') });
  const strong = () => Far('server', { work: () => 'done' });
  const database = path('kernel.sqlite');
  const reopen = (code: unknown) =>
    open(t, { database, vats: { server: asSpec(code, { critical: true }), client: asSpec(client) } });
  const first = await reopen(frail);
  await first.run();
  const answer = await first.send('server', 'work');
  const error = await t.throwsAsync<CooperageError>(first.run());
  t.like(error, { code: 'ERR_CRITICAL_VAT', subject: 'server' });
  await t.throwsAsync(first.call('client', 'poke'), { is: error });
  await first.close();

  const second = await reopen(frail);
  await t.throwsAsync(second.step(), { code: 'ERR_CRITICAL_VAT' }, 'it would happen again');
  await second.close();

  const third = await reopen(frail);
  t.deepEqual(await third.upgradeVat('server', asSpec(strong)), { incarnation: 1 }, 'ahead of the queue');
  await third.run();
  t.deepEqual(await third.promise(answer), { state: 'fulfilled', value: 'done' });
  await third.suspendVat('server', 'a rest');
  await t.throwsAsync(third.call('server', 'work'), { code: 'ERR_VAT_STATE', message: /suspended: a rest/ });
  await third.resumeVat('server');
  t.is(await third.call('server', 'work'), 'done');
  await third.close();

  const fourth = await reopen(strong);
  t.is(await fourth.call('server', 'work'), 'done', 'the code of the upgrade is given like that of the first');
});

test('a config whose source has changed is refused with the way to upgrade, and fits after it', async t => {
  const { path, write } = makeWorkshop(t);
  const writeVat = (greeting: string): string =>
    write(
      `vat-${greeting}.js`,
      `import { Far } from '@endo/far';
       export const buildRootObject = (_powers, { name = 'you' }) => Far('server', { greet: () => '${greeting} ' + name });`,
    );
  const config = (source: string, more: object = {}): KernelOptions => ({
    database: path('kernel.sqlite'),
    vats: { server: { source, ...more } },
    console: 'silent',
  });
  const [before, after] = [writeVat('hello'), writeVat('goodbye')];
  const first = await openKernel(config(before));
  t.is(await first.call('server', 'greet'), 'hello you');
  await first.close();
  const changed = config(after, { parameters: { name: 'ann' }, onFault: 'suspend' });
  const error = await t.throwsAsync<CooperageError>(openKernel(changed));
  t.like(error, { code: 'ERR_CONFIG', subject: 'server' });
  t.regex(error.message, /source of vat "server" has changed/);
  t.regex(error.message, /sources: 'stored'.*kernel\.upgradeVat\("server", \{ source \}\)/s);
  const { vats: _vats, ...rest } = changed;
  const second = await openKernel({ ...rest, sources: 'stored' });
  t.deepEqual(await second.upgradeVat('server', makeUpgradeToConfig(changed, 'server')), { incarnation: 1 });
  await second.close();
  const third = await openKernel(changed);
  t.is(await third.call('server', 'greet'), 'goodbye ann');
  await third.close();
  t.throws(() => makeUpgradeToConfig(changed, 'sever'), { message: /no vat named "sever"/ });
});

test('stats show how far the cleanup of a dead vat has come', async t => {
  const kernel = await open(t, { cleanupBudget: 1 });
  await kernel.call('client', 'keep', [kernel.root('server')]);
  await kernel.terminateVat('server');
  const rows: number[] = [];
  for (;;) {
    const [cleanup] = kernel.stats().cleanup;
    if (cleanup === undefined) break;
    t.is(cleanup.vat, 'server');
    rows.push(cleanup.rowsLeft);
    await kernel.step();
  }
  t.true(rows.length > 4);
  t.is(rows.at(-1), 0);
  for (const cleanupBudget of [0, -1, 2.5, '3']) {
    const refused = openKernel({ database: ':memory:', cleanupBudget: cleanupBudget as never });
    t.like(await t.throwsAsync(refused), { code: 'ERR_CONFIG', subject: 'cleanupBudget' });
  }
});
