/**
 * A simulated world that is let come to rest: run to idle, reaped, rid of cycles, asked what it holds, and held against the oracles. Called
 * by `simulation.ts`; throws SimulationFailure.
 */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelPromiseRef, type KernelObjectRef, type KernelPromiseRef, type VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { compareWithCompleteOracle, insistFoundAlive, viewWorld } from './complete-inspection.ts';
import { findAlive, type WorldView } from './complete-oracle.ts';
import { compareWithOracle, countPromiseCycles, insistAllThere, viewVat } from './inspection.ts';
import { listCycles, type VatView } from './oracle.ts';
import { NAMES_PER_INCARNATION } from './script-vat.ts';
import type { SimHost } from './sim-host.ts';
import { BROKEN_PROBLEM } from './sim-worker.ts';
import { SimulationFailure } from './simulation-failure.ts';
import { readStoredModel } from './stored-model.ts';

/** Why the scenario ends a vat, or lets it wait. */
export const ENDED = 'the scenario ends it';
export const WAITS = 'the scenario holds it';
const EXPECTED_END = new RegExp(`^(vat exited|(${ENDED}|${WAITS}|${BROKEN_PROBLEM})$)`);
const IDLE: CapData<never> = { body: '#["idle",[]]', slots: [] };
const MAX_CRANKS = 20_000;

export class AtRest {
  readonly #host: SimHost;
  readonly #mayCycle: boolean;

  constructor(host: SimHost, mayCycle: boolean) {
    this.#host = host;
    this.#mayCycle = mayCycle;
  }

  get #kernel(): Kernel {
    return this.#host.kernel;
  }

  get #tables(): Tables {
    return this.#host.tables;
  }

  get #vats(): readonly VatId[] {
    return this.#tables.vats.list().map(({ vat }) => vat);
  }

  #vatsThatAre(state: string): VatId[] {
    return this.#tables.vats.list().flatMap(row => (row.state === state ? [row.vat] : []));
  }

  /** A kernel that never gets idle would be a bug of its own kind. */
  async runToIdle(): Promise<void> {
    const { reason } = await this.#kernel.run({ maxCranks: MAX_CRANKS });
    if (reason !== 'idle') throw new SimulationFailure(`the kernel did not come to rest within ${MAX_CRANKS} cranks`);
  }

  /** Asks every running vat for its heap. All are woken, in memory or not, so that who is in memory changes nothing. */
  async #view(): Promise<VatView[]> {
    const views: VatView[] = [];
    for (const vat of this.#vatsThatAre('running')) {
      this.#kernel.sendMessage({ target: this.#kernel.rootOf(vat), methargs: IDLE, result: 'none' });
      await this.runToIdle();
      if (this.#tables.vats.get(vat).state === 'running')
        views.push(viewVat(this.#host.launcher, this.#tables.vats.get(vat).name));
    }
    return views;
  }

  /** Names of the objects that the host holds. */
  pinned(): Set<string> {
    const { hand } = this.#host;
    return new Set(hand.list().flatMap(kref => hand.findName(kref) ?? []));
  }

  /** Nothing that can be reached is missing, nobody saw what nobody may see, and no vat has ended for a reason of its own. */
  async check(): Promise<void> {
    for (const { state, name, problem } of this.#tables.vats.list()) {
      if ((state === 'terminated' || state === 'suspended') && !EXPECTED_END.test(problem ?? ''))
        throw new SimulationFailure(`${name} faulted: ${problem}`);
    }
    const [wonder] = this.#host.wonders;
    if (wonder !== undefined) throw new SimulationFailure(wonder);
    const views = await this.#view();
    if (this.#mayCycle) insistFoundAlive(this.#viewWorld(views), this.pinned(), this.#findEnded());
    else insistAllThere(views, this.pinned());
  }

  #viewWorld(views: readonly VatView[]): WorldView {
    return viewWorld(views, this.#host);
  }

  /** Settles every promise that anything still reached can settle; where cycles are played, what that brings about may bring others. */
  async settle(): Promise<void> {
    if (!this.#mayCycle) return void (await this.#askAll('settleAll'));
    for (let settled = -1; settled !== this.#countSettled();) {
      settled = this.#countSettled();
      const { names } = findAlive(this.#viewWorld(await this.#view()), this.pinned());
      await this.#askAll('settleAll', [...names]);
    }
  }

  #countSettled(): number {
    const lines = this.#vats.flatMap(vat => this.#host.chronicle.linesOf(vat));
    return lines.filter(line => line.startsWith('settle ')).length;
  }

  /** Everything that nothing reaches goes, as `kernel.collect({ cycles: true })` of the host has it. */
  async collect(): Promise<void> {
    for (let pass = 0; ; pass += 1) {
      await this.#reapToRest();
      const before = this.#measure();
      const { dead } = await this.#kernel.collectCycles();
      await this.runToIdle();
      if (dead === 0 || this.#measure() === before) return;
      if (pass > 50) throw new SimulationFailure('looks for cycles do not come to an end');
    }
  }

  /** Reaps until nothing falls any more, and compares what is left. */
  async compare(pinned: ReadonlySet<string>): Promise<{ leakedCycles: number; promiseCycles: number }> {
    if (this.#mayCycle) {
      await this.collect();
      const views = await this.#view();
      await this.collect();
      compareWithCompleteOracle(this.#viewWorld(views), pinned, this.#host);
      return { leakedCycles: 0, promiseCycles: 0 };
    }
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
  async #ask(targets: readonly KernelObjectRef[], method: string, ...args: unknown[]): Promise<Map<KernelObjectRef, unknown>> {
    const methargs: CapData<never> = { body: `#${JSON.stringify([method, args])}`, slots: [] };
    const promises = targets.map(target => this.#kernel.sendMessage({ target, methargs, result: 'hold' }));
    await this.runToIdle();
    const answers = new Map<KernelObjectRef, unknown>();
    for (const [i, promise] of (promises as KernelPromiseRef[]).entries()) {
      const { body } = this.#kernel.readPromise(promise)?.data ?? { body: '#"no answer"' };
      answers.set(targets[i] as KernelObjectRef, JSON.parse(body.slice(1)));
      this.#kernel.releaseResult(promise);
    }
    return answers;
  }

  #askAll(method: string, ...args: unknown[]): Promise<Map<KernelObjectRef, unknown>> {
    return this.#ask(
      this.#vatsThatAre('running').map(vat => this.#kernel.rootOf(vat)),
      method,
      ...args,
    );
  }

  /** Everything that a vat reaches or the host holds answers, unless its owner has ended. */
  async greet(): Promise<void> {
    const answers = await this.#askAll('greetAll');
    const mayRefuse = this.#findEnded();
    for (const [root, answer] of answers) {
      const refusals = Array.isArray(answer) ? (answer as string[]) : [JSON.stringify(answer)];
      const unexpected = refusals.filter(refusal => !mayRefuse(refusal.replace(/:.*$/s, '')));
      if (unexpected.length > 0) throw new SimulationFailure(`${root} holds what does not answer: ${unexpected.join('; ')}`);
    }
    const { hand } = this.#host;
    for (const [kref, answer] of await this.#ask(this.#listHeldObjects(), 'idle')) {
      const name = hand.findName(kref) as string;
      const isRoot = !/\d$/.test(name);
      if (mayRefuse(name) || answer === (isRoot ? '#undefined' : name)) continue;
      throw new SimulationFailure(`the host holds ${kref}, ${name}, which answers ${JSON.stringify(answer)}`);
    }
  }

  #listHeldObjects(): readonly KernelObjectRef[] {
    return this.#host.hand.list().filter(kref => !isKernelPromiseRef(kref)) as KernelObjectRef[];
  }

  /** Whether the owner of a name has ended, or the incarnation in whose heap it was. */
  #findEnded(): (name: string) => boolean {
    const rows = this.#vats.map(vat => this.#tables.vats.get(vat));
    const ended = new Set(rows.filter(({ state }) => state === 'terminated').map(({ name }) => name));
    const running = new Map(rows.map(row => [row.name, row]));
    return name => {
      const [, owner = '', number] = /^(.*?)(\d*)$/.exec(name) ?? [];
      if (ended.has(owner)) return true;
      const row = running.get(owner);
      if (row === undefined || number === '') return false;
      const isOld = Number(number) < row.incarnation * NAMES_PER_INCARNATION;
      return isOld && !readStoredModel(this.#host.chronicle.linesOf(row.vat)).slots.has(name);
    };
  }

  /** Changes with every row that goes. */
  #measure(): string {
    const { objects, clists, promises, vatstore } = this.#tables;
    return [objects, clists, promises, vatstore].map(table => table.count()).join();
  }

  async #reapToRest(): Promise<void> {
    await this.runToIdle();
    for (let round = 0; ; round += 1) {
      const before = this.#measure();
      for (const vat of this.#vatsThatAre('running')) this.#kernel.scheduleReap(vat);
      await this.runToIdle();
      if (this.#measure() === before) return;
      if (round > 1000) throw new SimulationFailure('reaping does not come to rest');
    }
  }
}
