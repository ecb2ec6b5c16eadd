/**
 * Plays one scenario on a real kernel, a real store and real liveslots, and holds it against the oracle. Throws a `SimulationFailure`
 * that says what is wrong; the audit of every table runs after every crank.
 */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import { isKernelPromiseRef, type KernelObjectRef, type KernelPromiseRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { AtRest, ENDED, WAITS } from './at-rest.ts';
import type { Action, Scenario } from './scenario.ts';
import { writeProgram, type Program } from './script.ts';
import { SimHost } from './sim-host.ts';
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
  readonly #rest: AtRest;
  #vats: readonly VatId[] = [];
  #crashes = 0;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#host = new SimHost(scenario, options);
    this.#rest = new AtRest(this.#host, scenario.mayCycle);
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
        await this.#rest.runToIdle();
        return this.#rest.check();
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
      case 'collect':
        await this.#rest.runToIdle();
        return this.#rest.collect();
      default:
        return this.#govern(action);
    }
  }

  /** What the host may do to a vat as a whole. */
  async #govern(action: Extract<Action, { act: 'reap' | 'suspend' | 'resume' | 'terminate' | 'upgrade' }>): Promise<void> {
    if (action.act === 'resume') {
      const suspended = this.#vatsThatAre('suspended');
      const vat = suspended[action.pick % suspended.length];
      if (vat !== undefined) await this.#kernel.resumeVat(vat);
      return;
    }
    const vat = this.#vats[action.vat] as VatId;
    const isRunning = this.#stateOf(vat) === 'running';
    if (action.act === 'upgrade') {
      if (isRunning) this.#upgrade(vat);
    } else if (action.act === 'reap') {
      if (isRunning) this.#kernel.scheduleReap(vat);
    } else if (action.act === 'suspend') {
      if (isRunning) await this.#kernel.suspendVat(vat, WAITS);
    } else if (this.#vatsThatAre('running').some(other => other !== vat)) await this.#kernel.terminateVat(vat, ENDED);
  }

  #upgrade(vat: VatId): void {
    const message = 'the scenario upgrades it';
    const rest = { parameters: null, options: {}, heap: 'stop', result: 'nobody', place: 'in turn' } as const;
    this.#kernel.upgradeVat({ vat, bundle: 'script', message, ...rest });
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
    try {
      this.#kernel.holdForHost(object.kref);
    } catch (error) {
      // Found dead, and its row is on the way out.
      if (error instanceof CooperageError && error.code === 'ERR_REF') return;
      throw error;
    }
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

  async #end(): Promise<SimulationResult> {
    for (const vat of this.#vatsThatAre('suspended')) await this.#kernel.resumeVat(vat);
    for (const kref of this.#host.hand.list().filter(isKernelPromiseRef)) this.#release(kref);
    this.#host.choices.settle();
    await this.#rest.runToIdle();
    await this.#rest.check();
    await this.#rest.greet();
    await this.#rest.settle();
    const pinned = this.#rest.pinned();
    if (pinned.size > 0) await this.#rest.compare(pinned);
    for (const kref of this.#host.hand.list()) this.#release(kref);
    const result = await this.#rest.compare(NOBODY);
    const findings = this.#kernel.audit();
    if (findings.length > 0) throw new SimulationFailure(`audit: ${JSON.stringify(findings)}`);
    this.#kernel.commit();
    const { crankNumber, activityHash } = this.#kernel;
    const traces = this.#vats.map((vat, i) => [this.#scenario.vats[i] as string, this.#host.chronicle.linesOf(vat)] as const);
    return { cranks: crankNumber, activityHash, traces: Object.fromEntries(traces), ...result, crashes: this.#crashes };
  }
}
