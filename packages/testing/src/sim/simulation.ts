/**
 * Runs one scenario on a real kernel, a real store and real liveslots, and holds it against the oracle. Throws a `SimulationFailure`
 * that says what is wrong; the audit of every table runs after every crank.
 */
import { Kernel } from '@cooperage/kernel/kernel';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelPromiseRef, type KernelPromiseRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { expectCounted, expectMust, listCycles, type VatView } from './oracle.ts';
import { Random } from './random.ts';
import type { Action, Scenario } from './scenario.ts';
import type { Program } from './script.ts';
import { makeSimLauncher, type Life, type SimLauncher } from './sim-worker.ts';

export class SimulationFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SimulationFailure';
  }
}

export type SimulationOptions = {
  /** 'simulated': any part of the garbage may go at any time; 'engine': the engine's own collector decides. */
  readonly collector: 'simulated' | 'engine';
  /** Where organic collections take their choices from; the seed of the scenario unless said otherwise. */
  readonly organicSeed?: number;
  /** Never more than so many vats in memory, whatever the scenario says. */
  readonly maxOnline?: number;
  /** A path, for restarts that close and open the file; in memory by default. */
  readonly database?: string;
  readonly auditEveryCrank?: boolean;
};

export type SimulationResult = {
  readonly cranks: number;
  readonly activityHash: string;
  /** What the code of each vat saw. */
  readonly traces: Readonly<Record<string, readonly string[]>>;
  /** Objects at the end that only cycles across vats keep. */
  readonly leakedCycles: number;
  /** Promises at the end that only cycles among settled promises keep. */
  readonly promiseCycles: number;
};

const NOTHING: CapData<never> = { body: '#"#undefined"', slots: [] };
/** Why a vat may end in a simulation. */
const EXPECTED_END = /^(vat exited|the scenario ends it$)/;

type Root = { readonly kref: KRef; readonly name: string };

const toCall = (method: string, program?: Program, roots: readonly Root[] = []): CapData<KRef> => {
  const args = [...(program === undefined ? [] : [program]), ...roots.map(({ name }, i) => `$${i}.Alleged: ${name}`)];
  // Slot names and ops start with a letter, so nothing in a program needs smallcaps escapes.
  return { body: `#${JSON.stringify([method, args])}`, slots: roots.map(({ kref }) => kref) };
};

export class Simulation {
  readonly #scenario: Scenario;
  readonly #options: SimulationOptions;
  readonly #launchers: SimLauncher[] = [];
  #store: Store;
  #kernel: Kernel;
  #vats: readonly VatId[] = [];

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#store = this.#openStore();
    this.#kernel = this.#openKernel();
  }

  /** Plays the scenario to its end, lets everything settle, and compares what is left with what should be. */
  async run(): Promise<SimulationResult> {
    try {
      await this.#begin();
      for (const [number, action] of this.#scenario.actions.entries()) await this.#perform(action, number);
      return await this.#end();
    } catch (error) {
      if (error instanceof SimulationFailure) throw error;
      throw new SimulationFailure(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      await this.#kernel.stop().catch(() => {});
      this.#store.close();
    }
  }

  #openStore(): Store {
    return openStore({ path: this.#options.database ?? ':memory:', synchronous: 'OFF' }).store;
  }

  #openKernel(): Kernel {
    const { collector, organicSeed, maxOnline, auditEveryCrank = true } = this.#options;
    const organic = new Random(organicSeed ?? this.#scenario.seed).fork(`organic ${this.#launchers.length}`);
    const launcher = makeSimLauncher({
      organic: collector === 'simulated' ? organic : undefined,
      organicChance: this.#scenario.organicChance,
    });
    this.#launchers.push(launcher);
    return new Kernel({ store: this.#store, launcher, auditEveryCrank, maxOnline: maxOnline ?? this.#scenario.maxOnline });
  }

  async #begin(): Promise<void> {
    const { vats, reapDeliveries } = this.#scenario;
    this.#kernel.installBundle({ id: 'script', format: 'function', content: '' });
    this.#vats = vats.map(name =>
      this.#kernel.createVat({
        name,
        bundle: 'script',
        parameters: NOTHING,
        options: { reap: { deliveries: reapDeliveries, krefs: 'never' } },
      }),
    );
    await this.#kernel.run();
  }

  #isRunning(vat: VatId): boolean {
    return this.#store.tables.vats.get(vat).state === 'running';
  }

  #running(): VatId[] {
    return this.#vats.filter(vat => this.#isRunning(vat));
  }

  async #perform(action: Action, number: number): Promise<void> {
    switch (action.act) {
      case 'tell':
        return this.#tell(action);
      case 'step':
        for (let i = 0; i < action.cranks; i += 1) await this.#kernel.step();
        return;
      case 'check':
        await this.#runToIdle();
        return this.#check(number);
      case 'reap': {
        const vat = this.#vats[action.vat] as VatId;
        if (this.#isRunning(vat)) this.#kernel.scheduleReap(vat);
        return;
      }
      case 'commit':
        this.#kernel.commit();
        return;
      case 'restart':
        this.#kernel.commit();
        return this.#restart();
      case 'crash':
        return this.#restart();
      case 'nudge':
        return this.#nudge();
      case 'terminate': {
        const vat = this.#vats[action.vat] as VatId;
        if (this.#isRunning(vat) && this.#running().length > 1) await this.#kernel.terminateVat(vat, 'the scenario ends it');
      }
    }
  }

  #tell({ vat, program, args }: Extract<Action, { act: 'tell' }>): void {
    const target = this.#vats[vat] as VatId;
    if (!this.#isRunning(target)) return;
    const others = [...new Set(args)].map(arg => this.#vats[arg] as VatId).filter(other => this.#isRunning(other));
    const roots = others.map(other => ({ kref: this.#kernel.rootOf(other), name: this.#store.tables.vats.get(other).name }));
    const methargs = toCall('run', program, roots);
    this.#kernel.sendMessage({ target: this.#kernel.rootOf(target), methargs, result: 'none' });
  }

  /** Makes a queued drop untrue before it is said. What was said cannot be taken back: then only its vat may name the object. */
  #nudge(): void {
    const { gcActions, clists } = this.#store.tables;
    const queued = gcActions.list().find(({ vat, action, kref }) => action === 'dropExport' && clists.find(vat, kref)?.reachable);
    if (queued === undefined || !this.#isRunning(queued.vat)) return;
    this.#kernel.sendMessage({ target: queued.kref, methargs: toCall('idle'), result: 'none' });
  }

  /** A kernel that never gets idle would be a bug of its own kind. */
  async #runToIdle(): Promise<void> {
    const { reason } = await this.#kernel.run({ maxCranks: 20_000 });
    if (reason !== 'idle') throw new SimulationFailure('the kernel did not come to rest within 20,000 cranks');
  }

  /** In a file, the store is closed and opened as well. */
  async #restart(): Promise<void> {
    await this.#kernel.stop();
    if (this.#options.database !== undefined) {
      this.#store.close();
      this.#store = this.#openStore();
    }
    this.#kernel = this.#openKernel();
  }

  /** Asks every running vat for its heap. All are woken, in memory or not, so that who is in memory changes nothing. */
  async #view(): Promise<VatView[]> {
    const { vats } = this.#store.tables;
    const views: VatView[] = [];
    for (const vat of this.#running()) {
      const target = this.#kernel.rootOf(vat);
      this.#kernel.sendMessage({ target, methargs: toCall('idle'), result: 'none' });
      await this.#runToIdle();
      const { name } = vats.get(vat);
      const { heap, objects } = this.#findLife(name);
      views.push({
        name,
        heap,
        findObject: object => objects.get(object)?.(),
        listObjects: () => [...objects].flatMap(([object, find]) => (find() === undefined ? [] : [object])),
      });
    }
    return views;
  }

  /** With one vat in memory at a time the last life may be over, but its heap is what it was. */
  #findLife(name: string): { readonly heap: Life['vat']['heap']; readonly objects: Life['objects'] } {
    const launcher = this.#launchers.at(-1) as SimLauncher;
    const life = launcher.lives.get(name) ?? launcher.allLives.findLast(candidate => candidate.name === name);
    if (life === undefined) throw new SimulationFailure(`${name} did not wake`);
    return { heap: life.vat.heap, objects: life.objects };
  }

  /** Nothing that can be reached is missing, and no vat has ended for a reason of its own. */
  async #check(number: number): Promise<void> {
    for (const row of this.#store.tables.vats.list()) {
      if (row.state === 'terminated' && !EXPECTED_END.test(row.problem ?? '')) {
        throw new SimulationFailure(`action ${number}: ${row.name} faulted: ${row.problem}`);
      }
    }
    const [wonder] = this.#launchers.flatMap(({ wonders }) => wonders);
    if (wonder !== undefined) throw new SimulationFailure(`action ${number}: ${wonder}`);
    const views = await this.#view();
    const alive = new Set(views.map(({ name }) => name));
    for (const name of expectMust(views)) {
      const owner = name.replace(/\d+$/, '');
      const view = views.find(candidate => candidate.name === owner);
      if (name === owner || !alive.has(owner) || view === undefined) continue;
      if (view.findObject(name) === undefined)
        throw new SimulationFailure(`action ${number}: ${name} is held but gone from memory`);
    }
  }

  async #end(): Promise<SimulationResult> {
    await this.#runToIdle();
    await this.#check(this.#scenario.actions.length);
    await this.#greet();
    await this.#askAll('settleAll');
    await this.#reapToRest();
    const views = await this.#view();
    await this.#reapToRest();
    const promiseCycles = this.#countPromiseCycles();
    const expectation = expectCounted(views, new Set());
    // What a cycle of promises cites is kept by it, and nobody can say by whom.
    if (promiseCycles === 0) this.#compare(views, expectation);
    this.#compareTraces();
    const findings = this.#kernel.audit();
    if (findings.length > 0) throw new SimulationFailure(`audit: ${JSON.stringify(findings)}`);
    this.#kernel.commit();
    return {
      cranks: this.#kernel.crankNumber,
      activityHash: this.#kernel.activityHash,
      traces: Object.fromEntries(this.#launchers.flatMap(({ allLives }) => allLives.map(({ name, trace }) => [name, trace]))),
      leakedCycles: listCycles(views, expectation).length,
      promiseCycles,
    };
  }

  async #askAll(method: string): Promise<Map<VatId, KernelPromiseRef>> {
    const answers = new Map<VatId, KernelPromiseRef>();
    for (const vat of this.#running()) {
      const target = this.#kernel.rootOf(vat);
      const promise = this.#kernel.sendMessage({ target, methargs: toCall(method), result: 'hold' });
      answers.set(vat, promise as KernelPromiseRef);
    }
    await this.#runToIdle();
    for (const promise of answers.values()) if (method !== 'greetAll') this.#kernel.releaseResult(promise);
    return answers;
  }

  /** Everything that a vat reaches answers, unless its owner has ended. */
  async #greet(): Promise<void> {
    const ended = this.#store.tables.vats
      .list()
      .filter(({ state }) => state === 'terminated')
      .map(({ name }) => name);
    for (const [vat, promise] of await this.#askAll('greetAll')) {
      const reading = this.#kernel.readPromise(promise);
      const refusals = JSON.parse((reading?.data?.body ?? '#["no answer"]').slice(1)) as unknown;
      const unexpected = Array.isArray(refusals)
        ? (refusals as string[]).filter(refusal => !ended.includes(refusal.replace(/\d*:.*$/s, '')))
        : [JSON.stringify(refusals)];
      this.#kernel.releaseResult(promise);
      if (unexpected.length > 0) throw new SimulationFailure(`${vat} holds what does not answer: ${unexpected.join('; ')}`);
    }
  }

  async #reapToRest(): Promise<void> {
    const { tables } = this.#store;
    await this.#runToIdle();
    for (let round = 0; ; round += 1) {
      const before = [tables.objects.count(), tables.clists.count(), tables.promises.count()].join();
      for (const vat of this.#running()) this.#kernel.scheduleReap(vat);
      await this.#runToIdle();
      if ([tables.objects.count(), tables.clists.count(), tables.promises.count()].join() === before) return;
      if (round > 1000) throw new SimulationFailure('reaping does not come to rest');
    }
  }

  /** Promises that are left. All of them must be settled and kept by nothing but each other; the kernel keeps such cycles. */
  #countPromiseCycles(): number {
    const { promises, promiseSlots } = this.#store.tables;
    const left = new Set<KernelPromiseRef>(promises.list().map(({ kref }) => kref));
    for (const kref of left) {
      const { state } = promises.get(kref);
      if (state === 'unresolved') throw new SimulationFailure(`${kref} is unresolved although everything was settled`);
    }
    for (;;) {
      const cited = new Set([...left].flatMap(kref => promiseSlots.get(kref).filter(isKernelPromiseRef)));
      const loose = [...left].filter(kref => !cited.has(kref));
      if (loose.length === 0) return left.size;
      throw new SimulationFailure(`${loose.join(', ')} left although nothing cites it`);
    }
  }

  #compare(views: readonly VatView[], { reached, recognized, imports }: ReturnType<typeof expectCounted>): void {
    const { objects, clists, vats } = this.#store.tables;
    const roots = new Set(views.map(({ name }) => name));
    const expected = [...new Set([...reached, ...recognized])].filter(name => !roots.has(name));
    const count = objects.count() - views.length;
    if (count !== expected.length) {
      throw new SimulationFailure(`${count} objects are left, ${expected.length} are held: ${expected.sort().join(' ')}`);
    }
    for (const view of views) {
      const vat = vats.findByName(view.name)?.vat as VatId;
      const imported = clists.listByVat(vat, { prefix: 'o-' }).length;
      if (imported !== imports.get(view.name)) {
        throw new SimulationFailure(`${view.name} imports ${imported} objects, its heap holds ${imports.get(view.name)}`);
      }
      this.#compareTables(view, vat);
    }
  }

  /** What liveslots remembers is what the c-list says (I3 of the simulation: no table in memory leaks). */
  #compareTables({ name }: VatView, vat: VatId): void {
    const life = this.#launchers.at(-1)?.lives.get(name);
    if (life === undefined) return;
    const { clists } = this.#store.tables;
    const tables = life.inspectTables();
    const expected = {
      imports: clists.listByVat(vat, { prefix: 'o-' }).length,
      exports: clists.listByVat(vat, { prefix: 'o+' }).length,
      promises: clists.listByVat(vat, { prefix: 'p' }).length,
    };
    for (const [table, size] of Object.entries(expected)) {
      if (tables[table] !== size)
        throw new SimulationFailure(`liveslots of ${name} has ${tables[table]} ${table}, its c-list ${size}`);
    }
  }

  /** A vat that was rebuilt by replay has seen what it saw before, as far as that was committed. */
  #compareTraces(): void {
    if (this.#scenario.actions.some(({ act }) => act === 'crash')) return;
    const lives = this.#launchers.flatMap(({ allLives }) => allLives);
    for (const [i, life] of lives.entries()) {
      const next = lives.slice(i + 1).find(({ name }) => name === life.name);
      if (next === undefined) continue;
      const differs = life.trace.findIndex((line, n) => next.trace[n] !== line);
      if (differs >= 0 && next.trace.length > differs) {
        throw new SimulationFailure(`${life.name} saw "${life.trace[differs]}" and after replay "${next.trace[differs]}"`);
      }
    }
  }
}
