/**
 * Plays one scenario on a real kernel, a real store and real liveslots, and holds it against the oracle. Throws a `SimulationFailure`
 * that says what is wrong; the audit of every table runs after every crank.
 */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelPromiseRef, type KernelObjectRef, type KernelPromiseRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { compareWithOracle, countPromiseCycles, insistAllThere, viewVat } from './inspection.ts';
import { listCycles, type VatView } from './oracle.ts';
import type { Action, Scenario } from './scenario.ts';
import { writeProgram, type Program } from './script.ts';
import { SimHost } from './sim-host.ts';
import { BROKEN_PROBLEM } from './sim-worker.ts';
import { SimulationFailure } from './simulation-failure.ts';
import type { SimulationOptions } from './simulation-options.ts';

export type { SimulationOptions } from './simulation-options.ts';

export type SimulationResult = {
  readonly cranks: number;
  readonly activityHash: string;
  /** What the code of each vat saw. */
  readonly traces: Readonly<Record<string, readonly string[]>>;
  /** Objects at the end that only cycles across vats keep. */
  readonly leakedCycles: number;
  /** Promises at the end that only cycles among settled promises keep. */
  readonly promiseCycles: number;
  /** How often the host died. */
  readonly crashes: number;
};

const NOTHING: CapData<never> = { body: '#"#undefined"', slots: [] };
const ENDED = 'the scenario ends it';
/** Why a vat may end in a simulation. */
const EXPECTED_END = new RegExp(`^(vat exited|${ENDED}$|${BROKEN_PROBLEM}$)`);
const MAX_CRANKS = 20_000;
const NOBODY: ReadonlySet<string> = new Set();

/** Something that a message carries; promises have no names. */
type Argument = { readonly kref: KRef; readonly name: string | undefined };

const toCall = (method: string, program?: Program, things: readonly Argument[] = []): CapData<KRef> => {
  const slots = things.map(({ name }, i) => (name === undefined ? `&${i}` : `$${i}.Alleged: ${name}`));
  const args = [...(program === undefined ? [] : [writeProgram(program)]), ...slots];
  return { body: `#${JSON.stringify([method, args])}`, slots: things.map(({ kref }) => kref) };
};

export class Simulation {
  readonly #scenario: Scenario;
  readonly #host: SimHost;
  #vats: readonly VatId[] = [];
  #crashes = 0;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#host = new SimHost(scenario, options);
  }

  get #kernel(): Kernel {
    return this.#host.kernel;
  }

  get #tables(): Tables {
    return this.#host.tables;
  }

  /** Plays the scenario to its end, lets everything settle, and compares what is left with what should be. */
  async run(): Promise<SimulationResult> {
    let place = 'at the beginning';
    try {
      await this.#begin();
      for (const [number, action] of this.#scenario.actions.entries()) {
        place = `action ${number}`;
        await this.#surviveDeath(() => this.#perform(action));
      }
      place = 'at the end';
      await this.#surviveDeath(() => this.#kernel.commit());
      await this.#host.endMishaps();
      return await this.#end();
    } catch (error) {
      throw new SimulationFailure(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      await this.#host.close();
    }
  }

  async #begin(): Promise<void> {
    const { vats, reapDeliveries, onFault } = this.#scenario;
    this.#kernel.installBundle({ id: 'script', format: 'function', content: '' });
    const options = { onFault, reap: { deliveries: reapDeliveries, krefs: 'never' } } as const;
    this.#vats = vats.map(name => this.#kernel.createVat({ name, bundle: 'script', parameters: NOTHING, options }));
    await this.#kernel.run();
  }

  async #surviveDeath(act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!this.#host.isDeath(error)) throw error;
      this.#crashes += 1;
      await this.#host.comeBack();
    }
  }

  #stateOf(vat: VatId): string {
    return this.#tables.vats.get(vat).state;
  }

  #vatsThatAre(state: string): VatId[] {
    return this.#vats.filter(vat => this.#stateOf(vat) === state);
  }

  async #perform(action: Action): Promise<void> {
    const kernel = this.#kernel;
    const { mishaps } = this.#host;
    switch (action.act) {
      case 'tell': {
        const vat = this.#vats[action.vat] as VatId;
        if (this.#stateOf(vat) !== 'terminated') this.#send(kernel.rootOf(vat), action);
        return;
      }
      case 'call': {
        const target = this.#pick(action.pick);
        if (target !== undefined) this.#send(target, action);
        return;
      }
      case 'hold':
        return this.#hold(action.pick);
      case 'release':
        return this.#release(this.#pick(action.pick));
      case 'step':
        for (let i = 0; i < action.cranks; i += 1) await kernel.step();
        return;
      case 'check':
        await this.#runToIdle();
        return this.#check();
      case 'commit':
        return kernel.commit();
      case 'restart':
        return this.#host.restart();
      case 'crash':
        if (action.when === 'now') mishaps.die();
        else if (action.when === 'event') mishaps.crashAfter(action.after);
        else await this.#host.fillDisk(action.after);
        return mishaps.insistAlive();
      case 'fault':
        return mishaps.failAfter(action.after, action.fault);
      case 'nudge':
        return this.#nudge();
      default:
        return this.#govern(action);
    }
  }

  /** What the host may do to a vat as a whole. */
  async #govern(action: Extract<Action, { act: 'reap' | 'suspend' | 'resume' | 'terminate' }>): Promise<void> {
    if (action.act === 'resume') {
      const suspended = this.#vatsThatAre('suspended');
      const vat = suspended[action.pick % suspended.length];
      if (vat !== undefined) await this.#kernel.resumeVat(vat);
      return;
    }
    const vat = this.#vats[action.vat] as VatId;
    const isRunning = this.#stateOf(vat) === 'running';
    if (action.act === 'reap') {
      if (isRunning) this.#kernel.scheduleReap(vat);
    } else if (action.act === 'suspend') {
      if (isRunning) await this.#kernel.suspendVat(vat, 'the scenario holds it');
    } else if (this.#vatsThatAre('running').some(other => other !== vat)) await this.#kernel.terminateVat(vat, ENDED);
  }

  /** One of the things that the host holds. */
  #pick(pick: number): KRef | undefined {
    const held = this.#host.hand.list();
    return held[pick % held.length];
  }

  #toArgument(kref: KRef): Argument {
    return { kref, name: isKernelPromiseRef(kref) ? undefined : this.#host.hand.findName(kref) };
  }

  #send(target: KRef, { program, args, held, keep }: Extract<Action, { act: 'tell' | 'call' }>): void {
    const kernel = this.#kernel;
    const roots = [...new Set(args)]
      .map(arg => this.#vats[arg] as VatId)
      .filter(vat => this.#stateOf(vat) !== 'terminated')
      .map(vat => ({ kref: kernel.rootOf(vat), name: this.#tables.vats.get(vat).name }));
    const known = new Set<KRef>(roots.map(({ kref }) => kref));
    const more = held.map(pick => this.#pick(pick)).filter(kref => kref !== undefined && !known.has(kref)) as KRef[];
    const methargs = toCall('run', program, [...roots, ...more.map(kref => this.#toArgument(kref))]);
    const promise = kernel.sendMessage({
      target: target as KernelObjectRef | KernelPromiseRef,
      methargs,
      result: keep ? 'hold' : 'none',
    });
    if (promise !== null) this.#host.hand.add(promise);
  }

  /** Takes hold of an object that somebody reaches. */
  #hold(pick: number): void {
    const { hand } = this.#host;
    const there = this.#tables.objects
      .list()
      .filter(({ kref, reachable }) => reachable > 0 && !hand.has(kref) && hand.findName(kref) !== undefined);
    const object = there[pick % there.length];
    if (object === undefined) return;
    this.#kernel.holdForHost(object.kref);
    hand.add(object.kref);
  }

  #release(kref: KRef | undefined): void {
    if (kref === undefined) return;
    if (isKernelPromiseRef(kref)) this.#kernel.releaseResult(kref);
    else this.#kernel.releaseForHost(kref);
    this.#host.hand.delete(kref);
  }

  /** Makes a queued drop untrue before it is said. What was said cannot be taken back: then only its vat may name the object. */
  #nudge(): void {
    const { gcActions, clists } = this.#tables;
    const queued = gcActions.list().find(({ vat, action, kref }) => action === 'dropExport' && clists.find(vat, kref)?.reachable);
    if (queued === undefined || this.#stateOf(queued.vat) !== 'running') return;
    this.#kernel.sendMessage({ target: queued.kref, methargs: toCall('idle'), result: 'none' });
  }

  /** A kernel that never gets idle would be a bug of its own kind. */
  async #runToIdle(): Promise<void> {
    const { reason } = await this.#kernel.run({ maxCranks: MAX_CRANKS });
    if (reason !== 'idle') throw new SimulationFailure(`the kernel did not come to rest within ${MAX_CRANKS} cranks`);
  }

  /** Asks every running vat for its heap. All are woken, in memory or not, so that who is in memory changes nothing. */
  async #view(): Promise<VatView[]> {
    const views: VatView[] = [];
    for (const vat of this.#vatsThatAre('running')) {
      this.#kernel.sendMessage({ target: this.#kernel.rootOf(vat), methargs: toCall('idle'), result: 'none' });
      await this.#runToIdle();
      if (this.#stateOf(vat) === 'running') views.push(viewVat(this.#host.launcher, this.#tables.vats.get(vat).name));
    }
    return views;
  }

  /** Names of the objects that the host holds. */
  #pinned(): Set<string> {
    const { hand } = this.#host;
    return new Set(hand.list().flatMap(kref => hand.findName(kref) ?? []));
  }

  /** Nothing that can be reached is missing, nobody saw what nobody may see, and no vat has ended for a reason of its own. */
  async #check(): Promise<void> {
    for (const { state, name, problem } of this.#tables.vats.list()) {
      if (state === 'terminated' && !EXPECTED_END.test(problem ?? '')) throw new SimulationFailure(`${name} faulted: ${problem}`);
    }
    const [wonder] = this.#host.wonders;
    if (wonder !== undefined) throw new SimulationFailure(wonder);
    insistAllThere(await this.#view(), this.#pinned());
  }

  async #end(): Promise<SimulationResult> {
    for (const vat of this.#vatsThatAre('suspended')) await this.#kernel.resumeVat(vat);
    for (const kref of this.#host.hand.list().filter(isKernelPromiseRef)) this.#release(kref);
    this.#host.choices.settle();
    await this.#runToIdle();
    await this.#check();
    await this.#greet();
    await this.#askAll('settleAll');
    const pinned = this.#pinned();
    if (pinned.size > 0) await this.#compare(pinned);
    for (const kref of this.#host.hand.list()) this.#release(kref);
    const result = await this.#compare(NOBODY);
    const findings = this.#kernel.audit();
    if (findings.length > 0) throw new SimulationFailure(`audit: ${JSON.stringify(findings)}`);
    this.#kernel.commit();
    const { crankNumber, activityHash } = this.#kernel;
    const traces = this.#vats.map((vat, i) => [this.#scenario.vats[i] as string, this.#host.chronicle.linesOf(vat)] as const);
    return { cranks: crankNumber, activityHash, traces: Object.fromEntries(traces), ...result, crashes: this.#crashes };
  }

  /** Reaps until nothing falls any more, and compares what is left. */
  async #compare(pinned: ReadonlySet<string>): Promise<{ leakedCycles: number; promiseCycles: number }> {
    await this.#reapToRest();
    const views = await this.#view();
    await this.#reapToRest();
    const promiseCycles = countPromiseCycles(this.#tables);
    // What a cycle of promises cites is kept by it, and nobody can say by whom.
    if (promiseCycles > 0) return { leakedCycles: 0, promiseCycles };
    const expectation = compareWithOracle(views, pinned, this.#host);
    return { leakedCycles: listCycles(views, expectation).length, promiseCycles };
  }

  /** Calls a method of every target, and waits for what they say. */
  async #ask(targets: readonly KernelObjectRef[], method: string): Promise<Map<KernelObjectRef, unknown>> {
    const promises = targets.map(target => this.#kernel.sendMessage({ target, methargs: toCall(method), result: 'hold' }));
    await this.#runToIdle();
    const answers = new Map<KernelObjectRef, unknown>();
    for (const [i, promise] of (promises as KernelPromiseRef[]).entries()) {
      const { body } = this.#kernel.readPromise(promise)?.data ?? { body: '#"no answer"' };
      answers.set(targets[i] as KernelObjectRef, JSON.parse(body.slice(1)));
      this.#kernel.releaseResult(promise);
    }
    return answers;
  }

  #askAll(method: string): Promise<Map<KernelObjectRef, unknown>> {
    return this.#ask(
      this.#vatsThatAre('running').map(vat => this.#kernel.rootOf(vat)),
      method,
    );
  }

  /** Everything that a vat reaches or the host holds answers, unless its owner has ended. */
  async #greet(): Promise<void> {
    const ended = new Set(this.#vatsThatAre('terminated').map(vat => this.#tables.vats.get(vat).name));
    for (const [root, answer] of await this.#askAll('greetAll')) {
      const refusals = Array.isArray(answer) ? (answer as string[]) : [JSON.stringify(answer)];
      const unexpected = refusals.filter(refusal => !ended.has(refusal.replace(/\d*:.*$/s, '')));
      if (unexpected.length > 0) throw new SimulationFailure(`${root} holds what does not answer: ${unexpected.join('; ')}`);
    }
    const { hand } = this.#host;
    const objects = hand.list().filter(kref => !isKernelPromiseRef(kref)) as KernelObjectRef[];
    for (const [kref, answer] of await this.#ask(objects, 'idle')) {
      const name = hand.findName(kref) as string;
      const isRoot = !/\d$/.test(name);
      if (ended.has(name.replace(/\d+$/, '')) || answer === (isRoot ? '#undefined' : name)) continue;
      throw new SimulationFailure(`the host holds ${kref}, ${name}, which answers ${JSON.stringify(answer)}`);
    }
  }

  async #reapToRest(): Promise<void> {
    const { tables } = this.#host;
    const measure = (): string => [tables.objects.count(), tables.clists.count(), tables.promises.count()].join();
    await this.#runToIdle();
    for (let round = 0; ; round += 1) {
      const before = measure();
      for (const vat of this.#vatsThatAre('running')) this.#kernel.scheduleReap(vat);
      await this.#runToIdle();
      if (measure() === before) return;
      if (round > 1000) throw new SimulationFailure('reaping does not come to rest');
    }
  }
}
