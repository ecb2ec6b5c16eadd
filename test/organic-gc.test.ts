/**
 * The engine's collector is free to run at any moment, and nothing shows: a story during which everything that can be collected is
 * collected at every moment is, to the byte, the story during which only harvests collect.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openReadOnly } from '@cooperage/store/read-only';
import { makeTestKernel, type TestKernelOptions } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { type Act, makeRandom, type RootOf, tellActs } from './programs/story.ts';

const vat = (name: string, reap: object) => ({ source: new URL(`./vats/vat-${name}.js`, import.meta.url), reap });
const vats = {
  mint: vat('mint', { deliveries: 25 }),
  sue: vat('spy', { deliveries: 13, krefs: 30 }),
  tom: vat('spy', { deliveries: 30, krefs: 17 }),
};
const SPIES = ['sue', 'tom'] as const;
/** By name: two objects share an interface. */
const IFACES = { a: 'purse', b: 'issuer', c: 'purse' } as const;

const makeActs = (seed: number, length: number): readonly Act[] => {
  const random = makeRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  return Array.from({ length }, (_, number): Act => {
    const name = pick(['a', 'b', 'c'] as const);
    const peer: RootOf = { rootOf: pick(SPIES) };
    const show = (method: string, ...args: readonly unknown[]): Act => ({
      vat: 'mint',
      method: 'show',
      args: [name, IFACES[name], peer, method, ...args],
    });
    const tell = (method: string, ...args: readonly unknown[]): Act => ({ vat: pick(SPIES), method, args: [name, ...args] });
    const choices = [
      () => show('meet', number),
      () => show('meet', number),
      () => show('look'),
      () => show('look'),
      () => show('unmark'),
      () => show('hold'),
      () => show(pick(['echo', 'echoPromise'])),
      () => show(pick(['ask', 'askTwice', 'complain'])),
      () => tell('drop'),
      () => tell('drop'),
      () => tell('pass', peer),
      () => tell(pick(['forget', 'lament'])),
      (): Act => ({ vat: 'mint', method: 'forget', args: [name] }),
    ];
    return pick(choices)();
  });
};

const { gc } = globalThis as { gc?: () => void };
/** Everything that nothing holds goes now, whatever the kernel is doing. */
const collect = (): void => gc?.();
const collectWell = async (): Promise<void> => {
  await setImmediate();
  collect();
  await setImmediate();
};

type Telling = { readonly seed: number; readonly settings?: TestKernelOptions; readonly afterCrank?: () => Promise<void> };

const tell = async (t: ExecutionContext, database: string, { seed, settings = {}, afterCrank }: Telling) => {
  const said: string[] = [];
  const kernel = await makeTestKernel(t, {
    database,
    vats,
    synchronous: 'OFF',
    console: (name, level, args) => void said.push([name, level, ...args].join(' ')),
    ...settings,
  });
  const stage = { kernel, ...(afterCrank === undefined ? {} : { afterCrank }) };
  const answers = await tellActs(stage, makeActs(seed, 54), { seed, actsPerReap: 18 });
  await kernel.close();
  const store = openReadOnly(database);
  const transcripts = store.query(
    'SELECT vat, position, crank, delivery, syscalls, outcome FROM transcripts ORDER BY vat, position',
  );
  const activityHash = store.tables().kernelState.find('activity_hash');
  store.close();
  return { answers, said, transcripts, activityHash };
};

/** Before and after all that runs code of a vat, and while it runs. */
const MOMENTS: readonly string[] = ['deliver', 'syscall', 'deliver-result', 'replay-finish', 'crank-finish'];

test("a story with a collection at every moment is to the byte the story with none but the harvests'", async t => {
  const seed = 12;
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-organic-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const calm = await tell(t, join(folder, 'calm.sqlite'), { seed });
  let collections = 0;
  const slog = ({ type }: { readonly type: string }): void => {
    if (!MOMENTS.includes(type)) return;
    collections += 1;
    collect();
  };
  const eager = await tell(t, join(folder, 'eager.sqlite'), { seed, settings: { slog }, afterCrank: collectWell });
  t.deepEqual(eager.said, calm.said, 'what the vats said');
  t.deepEqual(eager.answers, calm.answers, 'what they answered');
  t.deepEqual(eager.transcripts, calm.transcripts, 'what they asked of the kernel, and what the harvests found');
  t.is(eager.activityHash, calm.activityHash);
  const tolls = calm.transcripts.filter(row => String(row['delivery']).startsWith('{"dead":["'));
  t.true(tolls.length > 5, 'vats brought out their dead');
  t.true(
    calm.said.some(line => /"prototype":true.*"mark":.*"member":true,"promised":/.test(line)),
    'and knew them again',
  );
  t.log(`${collections} collections, ${calm.transcripts.length} deliveries, ${tolls.length} tolls, ${calm.said.length} lines`);
});
