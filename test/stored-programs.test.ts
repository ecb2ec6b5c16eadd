/**
 * Random programs over kinds, facets, collections, watches and what other vats hold of them, next to a model in plain objects: the same
 * answers, whenever the collector runs, the kernel is reopened or the vat upgraded; and nothing is left when everything was let go of.
 *
 * Each program is told twice, once with collections before, after and during each delivery: to the byte the same.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly } from '@cooperage/store/read-only';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { interpret, programs, type RawCommand } from './programs/stored-commands.ts';
import { StoredModel } from './programs/stored-model.ts';

const source = (name: string) => ({ source: new URL(`./vats/vat-${name}.js`, import.meta.url) });
const vats = {
  keeper: { ...source('keeper'), reap: { deliveries: 7 } },
  cupboard: { ...source('cupboard'), reap: { deliveries: 9 } },
};

const { gc } = globalThis as { gc?: () => void };
/** Before and after each delivery, and at some syscalls while it runs: all that is garbage goes. */
const makeEagerCollector = () => {
  let syscalls = 0;
  return ({ type }: { readonly type: string }): void => {
    if (type === 'syscall') syscalls += 1;
    if (type === 'deliver' || type === 'deliver-result' || (type === 'syscall' && syscalls % 5 === 0)) gc?.();
  };
};

const readStored = (database: string): readonly string[] => {
  const store = openReadOnly(database);
  try {
    return store
      .query("SELECT key FROM vatstore JOIN vats USING (vat) WHERE vats.name = 'keeper' ORDER BY key")
      .map(({ key }) => String(key));
  } finally {
    store.close();
  }
};

/** Rows that may come and stay: numbers, virtual kinds that have had objects, and how many entries a collection that stays has. */
const isForGood = (key: string, before: ReadonlySet<string>): boolean =>
  before.has(key) ||
  ['counters', 'kind.v'].some(prefix => key.startsWith(prefix)) ||
  (key.startsWith('tally.') && (key === 'tally.o+d2/1' || before.has(key.replace('tally', 'collection'))));

class Telling {
  readonly #t: ExecutionContext;
  readonly #options: TestKernelOptions;
  readonly #database: string;
  readonly #model = new StoredModel();
  #kernel: TestKernel;

  private constructor(t: ExecutionContext, options: TestKernelOptions, kernel: TestKernel) {
    this.#t = t;
    this.#options = options;
    this.#database = options.database as string;
    this.#kernel = kernel;
  }

  static async begin(t: ExecutionContext, options: TestKernelOptions): Promise<Telling> {
    return new Telling(t, options, await makeTestKernel(t, options));
  }

  async #restart(): Promise<void> {
    await this.#kernel.close();
    this.#kernel = await makeTestKernel(this.#t, this.#options);
  }

  async #upgrade(): Promise<void> {
    await this.#kernel.upgradeVat('keeper', vats.keeper);
    await this.#kernel.run();
    this.#model.upgrade();
  }

  /** One step of the program, and how what comes of it differs from what must. */
  async #step(raw: RawCommand): Promise<string | undefined> {
    if (raw.act === 'reap') await this.#kernel.reap();
    else if (raw.act === 'restart') await this.#restart();
    else if (raw.act === 'upgrade') await this.#upgrade();
    const step = interpret(this.#model, raw);
    if (step === undefined) return undefined;
    const { command } = step;
    const outcome = await this.#kernel.call('keeper', 'obey', [command, this.#kernel.root('cupboard')]);
    const isLog = step.expected === 'log';
    const expected = isLog ? { answer: sortLog(this.#model.takeLog()) } : step.expected;
    const found = isLog ? { answer: sortLog((outcome as { answer: unknown[] }).answer) } : outcome;
    if (show(found) === show(expected)) return undefined;
    return `${show(command)}\n  came to ${show(found)}\n  and not  ${show(expected)}`;
  }

  async play(program: readonly RawCommand[]): Promise<void> {
    await this.#kernel.reap();
    const kept = this.#kernel.stats().tables;
    const before = new Set(readStored(this.#database));
    for (const raw of program) {
      const difference = await this.#step(raw);
      if (difference !== undefined) throw new Error(difference);
    }
    await this.#kernel.call('keeper', 'forgetEverything');
    await this.#kernel.call('keeper', 'forgetLog');
    await this.#kernel.call('cupboard', 'clear');
    await this.#kernel.run();
    await this.#kernel.collect({ cycles: true });
    const left = readStored(this.#database).filter(key => !isForGood(key, before));
    if (left.length > 0) throw new Error(`rows are left:\n  ${left.join('\n  ')}`);
    for (const table of ['objects', 'promises', 'clists']) {
      const { [table]: now } = this.#kernel.stats().tables;
      if (now !== kept[table]) throw new Error(`${kept[table]} rows of ${table} have become ${now}`);
    }
    const findings = this.#kernel.audit();
    if (findings.length > 0) throw new Error(show(findings));
  }

  async end(): Promise<readonly unknown[]> {
    await this.#kernel.close();
    const store = openReadOnly(this.#database);
    try {
      return store.query(
        'SELECT vat, incarnation, position, delivery, syscalls, outcome FROM transcripts ORDER BY vat, incarnation, position',
      );
    } finally {
      store.close();
    }
  }
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
const sortLog = (log: readonly unknown[]): readonly unknown[] => [...log].sort((a, b) => (show(a) < show(b) ? -1 : 1));

const tell = async (t: ExecutionContext, folder: string, program: readonly RawCommand[], eager: boolean) => {
  const database = join(folder, eager ? 'eager.sqlite' : 'calm.sqlite');
  for (const ending of ['', '-wal', '-shm', '.lock']) rmSync(`${database}${ending}`, { force: true });
  const telling = await Telling.begin(t, {
    database,
    vats,
    synchronous: 'OFF',
    auditEveryCrank: !eager,
    ...(eager ? { slog: makeEagerCollector() } : {}),
  });
  try {
    await telling.play(program);
  } catch (error) {
    await telling.end();
    throw error;
  }
  return telling.end();
};

/** COOPERAGE_PROGRAMS asks for more, and takes seeds that nobody has tried. */
const wanted = Number(process.env['COOPERAGE_PROGRAMS'] ?? 0);

test('random programs over stored data do what a plain model does, and leave nothing behind', async t => {
  t.timeout(1_800_000);
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-programs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(programs(50), async program => {
      steps += program.length;
      const calm = await tell(t, folder, program, false);
      t.deepEqual(await tell(t, folder, program, true), calm);
    }),
    { numRuns: wanted > 0 ? wanted : 6, ...(wanted > 0 ? {} : { seed: 7 }), verbose: 1 },
  );
  t.log(`${steps} steps`);
});
