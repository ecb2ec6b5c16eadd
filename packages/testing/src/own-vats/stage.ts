/**
 * A kernel for one run of a story. Actions see one kernel that never stops; behind it the kernel is closed and opened, or dies in
 * the middle of a call and is asked again. Everything that comes out is written down, to be compared with another run.
 */
import type { KernelController } from '@cooperage/host/controller';
import { CooperageError } from '@cooperage/host/errors';
import { KernelRef } from '@cooperage/host/kernel-ref';
import { openKernelOver } from '@cooperage/host/open';
import type { KernelOptions, UpgradeSpec, VatSpec } from '@cooperage/host/options';
import { SerialQueue } from '@cooperage/host/serial-queue';
import { KernelPanic } from '@cooperage/protocol/fault';
import type { KernelPromiseRef } from '@cooperage/protocol/refs';
import { Random } from '../sim/random.ts';
import { Backstage } from './backstage.ts';
import type { CrankLog } from './crank-log.ts';
import { drawHardship, drawRoom } from './hardship.ts';
import { describeCall, describeError, describeValue, listRefs, replaceRefs } from './kernel-values.ts';
import type { SimulatedKernel, SimulationOptions } from './simulation-options.ts';
import type { Step, Story } from './story.ts';

export type StageOptions = {
  readonly options: Pick<SimulationOptions, 'vats' | 'bootstrap' | 'bootstrapArguments' | 'defaults'>;
  readonly story: Story;
  /** The run to follow, through hardship; undefined: this is the calm one. */
  readonly leader: CrankLog | undefined;
  /** Where the hard world keeps its kernel; the calm one is in memory. */
  readonly database: string;
};

/** What one step came to. */
export type StepRecord = {
  readonly step: Step;
  /** What the host asked and was answered, and what vats said. */
  readonly lines: readonly string[];
  /** What the world did to the kernel meanwhile. */
  readonly hardships: readonly string[];
  readonly activityHash: string;
  readonly cranks: number;
};

export type Toll = { readonly restarts: number; readonly kills: number; readonly replays: number };

type Activity = ReturnType<KernelController['stats']>['activity'];

/** What may be asked again when the kernel died before it committed anything of it. */
const ASKED_AGAIN: ReadonlySet<string> = new Set([
  'run',
  'step',
  'call',
  'send',
  'promise',
  'release',
  'installVat',
  'upgradeVat',
  'terminateVat',
  'suspendVat',
  'resumeVat',
  'reap',
  'collect',
]);
/** Nobody is answered by this promise. */
const NO_PROMISE = 'kp0';

const isFatal = (error: unknown): boolean =>
  error instanceof KernelPanic ||
  (error instanceof CooperageError && (error.code === 'ERR_REPLAY' || error.code.startsWith('ERR_DATABASE')));

const hasCallback = ([policy]: readonly unknown[]): boolean =>
  typeof policy === 'object' && policy !== null && 'afterCrank' in policy;

export class Stage {
  readonly kernel: SimulatedKernel = new Proxy({} as SimulatedKernel, { get: (_, name) => this.#member(name) });
  readonly #options: StageOptions;
  readonly #backstage: Backstage;
  readonly #queue = new SerialQueue();
  /** Vats that actions have installed or upgraded, as they are now. */
  readonly #installed: Record<string, VatSpec> = {};
  /** Unasked-for answers: promises of sends that nobody released. */
  readonly #sends = new Set<KernelPromiseRef>();
  readonly #toll = { restarts: 0, kills: 0, replays: 0 };
  #controller: KernelController | undefined;
  /** As it was last seen, for when a kernel does not open again. */
  #activity: Activity = { cranks: 0, hash: '' };
  #openings = 0;
  #fatal: unknown;
  #step: Step | undefined;
  #calls = 0;
  #firstCrank = 0;
  #lines: string[] = [];
  #hardships: string[] = [];
  /** Refs that actions got in this step, and those to roots with the vat's name: these a restart replaces. */
  #held: KernelRef[] = [];
  readonly #roots = new Map<KernelRef, { readonly vat: string; readonly opening: number }>();

  constructor(options: StageOptions) {
    this.#options = options;
    const { story, leader } = options;
    const collects = (crank: number): boolean =>
      this.#step?.act === 'begin' ||
      this.#step?.act === 'end' ||
      new Random(story.seed).fork(`harvest ${crank}`).chance(story.collects);
    this.#backstage = new Backstage({ leader, collects });
  }

  get log(): CrankLog {
    return this.#backstage.log;
  }

  get toll(): Toll {
    return { ...this.#toll };
  }

  /** Why the kernel cannot go on, whether or not an action has swallowed it. */
  get fatal(): unknown {
    return this.#fatal;
  }

  open(): Promise<void> {
    return this.#openKernel(this.#options.options.vats);
  }

  async close(): Promise<void> {
    if (this.#controller === undefined) return;
    await this.#quiet();
    await this.#controller.close();
    this.#controller = undefined;
  }

  beginStep(step: Step): void {
    this.#step = step;
    this.#calls = 0;
    this.#lines = [];
    this.#hardships = [];
    this.#firstCrank = this.#readActivity().cranks;
  }

  /** Waits for what the step left running, and lets go of what it held. */
  async endStep(): Promise<void> {
    await this.#quiet();
    for (const ref of this.#held.splice(0)) await ref.release();
    this.#roots.clear();
  }

  /** What the step that was begun last has come to so far. */
  readRecord(): StepRecord {
    const { hash, cranks } = this.#readActivity();
    const said = this.log.linesSaid(this.#firstCrank, cranks);
    const lines = [...this.#lines, ...said];
    return { step: this.#step as Step, lines, hardships: [...this.#hardships], activityHash: hash, cranks };
  }

  /** Reads and releases the answers that have come to sends; in the end, also those that have not. */
  async takeAnswers(which: 'settled' | 'all'): Promise<void> {
    const controller = this.#getController();
    for (const promise of [...this.#sends]) {
      const record = await controller.promise(promise);
      this.#held.push(...listRefs(record));
      if (record.state === 'unresolved' && which === 'settled') continue;
      this.#lines.push(`answer ${promise} -> ${describeValue(record)}`);
      this.#sends.delete(promise);
      await controller.release(promise);
    }
  }

  /** What an action did not await is done. */
  async #quiet(): Promise<void> {
    await this.#queue.run(() => undefined);
    // Takes its turn behind what went to the kernel without passing here: releases of refs.
    await this.#getController()
      .promise(NO_PROMISE)
      .catch(() => {});
  }

  #readActivity(): Activity {
    if (this.#controller !== undefined) this.#activity = this.#controller.stats().activity;
    return this.#activity;
  }

  #getController(): KernelController {
    if (this.#controller === undefined) throw new CooperageError('ERR_CLOSED', 'the simulation of this kernel is over');
    return this.#controller;
  }

  async #openKernel(vats: Readonly<Record<string, VatSpec>>): Promise<void> {
    const { options, story, leader, database } = this.#options;
    const { bootstrap, bootstrapArguments, defaults } = options;
    const room = leader === undefined ? {} : drawRoom(story, this.#openings);
    const kernelOptions: KernelOptions = {
      database: leader === undefined ? ':memory:' : database,
      vats,
      ...(bootstrap === undefined ? {} : { bootstrap }),
      ...(bootstrapArguments === undefined ? {} : { bootstrapArguments }),
      defaults: { ...defaults, reap: { deliveries: story.reapDeliveries, ...defaults?.reap } },
      sources: this.#openings === 0 ? 'given' : 'stored',
      console: (vat, level, args) => this.log.say(`${vat} ${level}: ${args.join(' ')}`),
      slog: event => {
        // From here on the call cannot be undone as a whole.
        if (event.type === 'commit') this.#backstage.putFuseOut();
        if (event.type === 'replay-finish' && event.deliveries > 0) this.#toll.replays += 1;
        this.log.note(event);
      },
      auditEveryCrank: true,
      synchronous: 'OFF',
      ...room,
    };
    this.#controller = await openKernelOver(kernelOptions, this.#backstage.adapt);
    this.#openings += 1;
  }

  #member(name: string | symbol): unknown {
    const controller = this.#getController();
    const member: unknown = Reflect.get(controller, name, controller);
    if (typeof member !== 'function') return member;
    if (name === 'close' || name === Symbol.asyncDispose) {
      throw new CooperageError('ERR_ARGUMENT', 'actions cannot close the kernel', { remedy: 'The simulator closes it.' });
    }
    if (typeof name === 'string' && ASKED_AGAIN.has(name))
      return (...args: unknown[]) => this.#queue.run(() => this.#ask(name, args));
    return (...args: unknown[]) => {
      const value: unknown = Reflect.apply(member, controller, this.#renew(args));
      if (name === 'root' && value instanceof KernelRef) this.#keepRoot(value, String(args[0]));
      return value;
    };
  }

  /** One call of an action into the kernel, through whatever the world has in store for it. */
  async #ask(method: string, args: readonly unknown[]): Promise<unknown> {
    const { story, leader } = this.#options;
    const step = this.#step as Step;
    const call = (this.#calls += 1);
    const { restart, fuse } = drawHardship(story, leader === undefined ? { ...step, peaceful: true } : step, call);
    const line = describeCall(method, args);
    try {
      if (restart && this.#mayStop) {
        this.#hardships.push(`restarted before call ${call}`);
        this.#toll.restarts += 1;
        await this.#reopen(this.#listVats());
      }
      const value = await this.#askUntilDone(method, args, hasCallback(args) ? undefined : fuse);
      this.#lines.push(`${line} -> ${describeValue(value)}`);
      this.#keepFrom(method, args, value);
      return value;
    } catch (error) {
      this.#lines.push(`${line} threw ${describeError(error)}`);
      this.#held.push(...listRefs((error as { reason?: unknown }).reason));
      if (isFatal(error) || this.#controller === undefined) this.#fatal ??= error;
      throw error;
    }
  }

  async #askUntilDone(method: string, args: readonly unknown[], fuse: number | undefined): Promise<unknown> {
    const ask = (): unknown => {
      const controller = this.#getController();
      return Reflect.apply(Reflect.get(controller, method, controller) as () => unknown, controller, this.#renew(args));
    };
    if (fuse === undefined || !this.#mayStop) return ask();
    const vats = this.#listVats();
    this.#backstage.lightFuse(fuse);
    try {
      return await ask();
    } catch (error) {
      if (!this.#backstage.killed) throw error;
      this.#hardships.push(`killed during call ${this.#calls}, which was made again`);
      this.#toll.kills += 1;
      await this.#reopen(vats);
      return await ask();
    } finally {
      this.#backstage.putFuseOut();
    }
  }

  /** A host that holds something would let go of it by stopping, and the story says when that happens. */
  get #mayStop(): boolean {
    return this.#getController().stats().process.kernelRefs === 0;
  }

  /** After a kill, closing undoes what was not committed. `vats`: those whose code must be given, as of the last commit. */
  async #reopen(vats: Readonly<Record<string, VatSpec>>): Promise<void> {
    const controller = this.#getController();
    this.#controller = undefined;
    await controller.close();
    await this.#openKernel(vats);
  }

  #listVats(): Record<string, VatSpec> {
    const installed = Object.entries(this.#installed).filter(([name]) => this.#isThere(name));
    return { ...this.#options.options.vats, ...Object.fromEntries(installed) };
  }

  #isThere(vat: string): boolean {
    try {
      return this.#getController().root(vat) !== undefined;
    } catch {
      return false;
    }
  }

  #keepFrom(method: string, args: readonly unknown[], value: unknown): void {
    if (method === 'send') this.#sends.add(value as KernelPromiseRef);
    else if (method === 'release') this.#sends.delete(args[0] as KernelPromiseRef);
    else if (method === 'installVat') {
      this.#keepRoot(value as KernelRef, String(args[0]));
      this.#installed[String(args[0])] = args[1] as VatSpec;
    } else if (method === 'upgradeVat') this.#keepUpgrade(String(args[0]), args[1] as UpgradeSpec | undefined);
    else this.#held.push(...listRefs(value));
  }

  /** What an upgrade leaves out stays as it was. */
  #keepUpgrade(vat: string, spec: UpgradeSpec = {}): void {
    if (spec.rehearse === true) return;
    const { message: _message, rehearse: _rehearse, heap: _heap, place: _place, ...given } = spec;
    const { source, buildRootObject, ...rest } = this.#listVats()[vat] ?? {};
    const code = given.source === undefined && given.buildRootObject === undefined ? { source, buildRootObject } : {};
    const known = Object.fromEntries(Object.entries({ ...rest, ...code }).filter(([, value]) => value !== undefined));
    this.#installed[vat] = { ...known, ...given, reap: { ...rest.reap, ...given.reap } };
  }

  #keepRoot(ref: KernelRef, vat: string): void {
    this.#roots.set(ref, { vat, opening: this.#openings });
  }

  /** Refs to roots from before a restart are replaced by such as hold now. */
  #renew(args: readonly unknown[]): unknown[] {
    const isStale = [...this.#roots.values()].some(({ opening }) => opening !== this.#openings);
    if (!isStale) return [...args];
    return args.map(arg =>
      replaceRefs(arg, ref => {
        const root = this.#roots.get(ref);
        return root === undefined || !this.#isThere(root.vat) ? ref : this.#getController().root(root.vat);
      }),
    );
  }
}
