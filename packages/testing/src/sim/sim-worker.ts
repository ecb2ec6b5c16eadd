/**
 * The worker port over script vats: liveslots as it is, with a collector that the simulation drives, or with the engine's own.
 */
import { ObjectWatch, REALM_COLLECTOR } from '@cooperage/liveslots/gc/object-watch';
import type { Fasten, Links } from '@cooperage/liveslots/gc/links';
import { makeLiveslots, type Liveslots } from '@cooperage/liveslots/liveslots';
import type {
  DeliveryReport,
  HarvestMode,
  VatDelivery,
  VatSyscallHandler,
  VatWorker,
  WorkerLauncher,
  WorkerSpec,
} from '@cooperage/protocol/worker-port';
import type { LiveslotsGlobals } from '@cooperage/liveslots/vat-data/vat-data';
import type { VatId } from '@cooperage/protocol/refs';
import type { DeadNodes, SuspectName, SuspectWorld } from '@cooperage/protocol/suspect-world';
import { findDead } from '@cooperage/worker/find-dead';
import { Heap } from '@cooperage/worker/gc-tools';
import { nextMacrotask } from '@cooperage/worker/quiescence';
import type { Chronicle } from './chronicle.ts';
import type { Life } from './life.ts';
import type { Mishaps } from './mishaps.ts';
import type { Random } from './random.ts';
import { ScriptVat } from './script-vat.ts';
import { SimulatedCollector } from './simulated-collector.ts';
import { SimulatedLinks, type SimulatedLinksParts } from './simulated-links.ts';

export type SimLauncher = WorkerLauncher & {
  /** The present life of each vat that is in memory, by name. */
  readonly lives: ReadonlyMap<string, Life>;
  /** The last life of each vat, over or not. */
  readonly lastLives: ReadonlyMap<string, Life>;
};

export type SimLauncherOptions = {
  /** Where organic collections get their choices; undefined: the engine's own collector. */
  readonly organic: Random | undefined;
  /** How often an organic collection happens around a delivery. */
  readonly organicChance: number;
  /** Cycles will be looked for. */
  readonly mayCycle: boolean;
  readonly chronicle: Chronicle;
  readonly mishaps: Mishaps;
  readonly findImport: SimulatedLinksParts['findImport'];
  /** A vat saw what it must never see. */
  readonly onWonder: (problem: string) => void;
};

type Powers = { readonly exitVat: (info: unknown) => void; readonly exitVatWithFailure: (info: unknown) => void };

const engineHeap = new Heap();
/** How a worker that fails reports its delivery. */
export const BROKEN_PROBLEM = 'the scenario breaks its worker';
const BROKEN: DeliveryReport = { result: { outcome: 'fault', problem: BROKEN_PROBLEM }, buffered: [] };

type Watchers = { readonly onLife: (life: Life) => void; readonly onStop: (life: Life) => void };

/** A vat in memory. Its life begins when its code is evaluated, in its first delivery. */
class SimWorker implements VatWorker {
  life: Life | undefined;
  readonly #spec: WorkerSpec;
  readonly #options: SimLauncherOptions;
  readonly #collector: SimulatedCollector | undefined;
  readonly #liveslots: Liveslots;
  readonly #onStop: (life: Life) => void;
  #exits: Powers | undefined;
  #syscalls: Parameters<VatWorker['deliver']>[1] | undefined;

  constructor(spec: WorkerSpec, options: SimLauncherOptions, { onLife, onStop }: Watchers) {
    this.#spec = spec;
    this.#onStop = onStop;
    this.#options = options;
    this.#collector = options.organic === undefined ? undefined : new SimulatedCollector();
    options.chronicle.beginLife(spec.vat, spec.incarnation);
    this.#liveslots = makeLiveslots({
      vat: spec.vat,
      incarnation: spec.incarnation,
      syscall: syscall => this.#syscalls?.(syscall) ?? { outcome: 'error', problem: 'no delivery is running' },
      ...(this.#collector === undefined ? {} : { collector: this.#collector.tools }),
      vatPowers: {},
      buildNamespace: async globals => {
        this.life = this.#begin(globals);
        onLife(this.life);
        const { buildRootObject } = this.life.vat;
        return {
          buildRootObject: (vatPowers: Powers, _parameters: unknown, baggage: unknown) => {
            this.#exits = vatPowers;
            return buildRootObject(baggage);
          },
        };
      },
    });
  }

  #begin(globals: LiveslotsGlobals): Life {
    const { name, vat, incarnation } = this.#spec;
    const { mayCycle, chronicle, onWonder } = this.#options;
    const collector = this.#collector;
    const liveslots = this.#liveslots;
    const objects = new Map<string, () => object | undefined>();
    const script = new ScriptVat({
      name,
      incarnation,
      globals,
      mayCycle,
      shadow: collector !== undefined,
      trace: line => chronicle.note(vat, line),
      onWonder,
      findObject: objectName => objects.get(objectName)?.(),
      onObject: (objectName, object) => objects.set(objectName, watchObject(object, collector)),
      exitVat: info => this.#exits?.exitVat(info),
      exitVatWithFailure: info => this.#exits?.exitVatWithFailure(info),
    });
    const { heap } = script;
    // Objects of this vat's heap are filed by identity, all others by name.
    collector?.attach({ heap, listHeld: liveslots.listHeld, isNamedKey: key => heap.findFields(key) === undefined });
    return { name, vat: script, collector, objects, liveslots };
  }

  #maybeCollect(): void {
    const { organic, organicChance } = this.#options;
    if (organic !== undefined && this.life !== undefined && organic.chance(organicChance)) this.#collector?.collectSome(organic);
  }

  async deliver(delivery: VatDelivery, handler: VatSyscallHandler): Promise<DeliveryReport> {
    const { chronicle, mishaps } = this.#options;
    const { vat } = this.#spec;
    const fault = chronicle.isReplaying(vat) ? undefined : mishaps.takeFault();
    chronicle.beginDelivery(vat);
    if (fault === 'before') return BROKEN;
    this.#maybeCollect();
    engineHeap.markStale();
    this.#syscalls = handler;
    this.#liveslots.start(delivery);
    await nextMacrotask();
    const result = this.#liveslots.finish();
    this.#syscalls = undefined;
    this.#maybeCollect();
    return fault === 'after' ? BROKEN : { result, buffered: [] };
  }

  async harvest(mode: HarvestMode): Promise<readonly string[]> {
    if (mode === 'forced') await collectAll(this.#collector);
    return this.#liveslots.harvest();
  }

  loosen(names: readonly SuspectName[], links: Links): Fasten {
    return this.#liveslots.loosen(names, links);
  }

  async stop(): Promise<void> {
    if (this.life !== undefined) this.#onStop(this.life);
  }
}

type Workers = ReadonlyMap<VatId, VatWorker>;

const loosenAll = (world: SuspectWorld, workers: Workers, links: Links): readonly Fasten[] =>
  [...world.names].map(([vat, names]) => (workers.get(vat) as SimWorker).loosen(names, links));

/** Where the collector is simulated, so is its verdict. */
const findDeadAmong = (world: SuspectWorld, workers: Workers, { findImport }: SimLauncherOptions): DeadNodes => {
  const lives = new Map<VatId, Life>();
  for (const [vat, worker] of workers) if (worker instanceof SimWorker && worker.life !== undefined) lives.set(vat, worker.life);
  const links = new SimulatedLinks({ world, lives, findImport });
  const fastenings = loosenAll(world, workers, links);
  links.collect();
  for (const fasten of fastenings) fasten(node => links.isAlive(node));
  return links.listDead();
};

export const makeSimLauncher = (options: SimLauncherOptions): SimLauncher => {
  const lives = new Map<string, Life>();
  const lastLives = new Map<string, Life>();
  const { organic, chronicle } = options;

  const launch = async (spec: WorkerSpec): Promise<VatWorker> => {
    const { name } = spec;
    return new SimWorker(spec, options, {
      onLife: life => {
        lives.set(name, life);
        lastLives.set(name, life);
      },
      onStop: life => {
        if (lives.get(name) === life) lives.delete(name);
      },
    });
  };

  const setMuted = (vat: VatId, muted: boolean): void => chronicle[muted ? 'beginReplay' : 'endReplay'](vat);
  return {
    kind: 'script',
    engine: 'any',
    launch,
    isTransparent: () => true,
    findDead: async (world, workers) =>
      organic === undefined
        ? findDead(engineHeap, world, links => loosenAll(world, workers, links))
        : findDeadAmong(world, workers, options),
    setMuted,
    lives,
    lastLives,
  };
};

const collectAll = async (collector: SimulatedCollector | undefined): Promise<void> => {
  if (collector === undefined) await engineHeap.collect();
  else collector.collectAll();
};

/** Where the simulation decides what is gone it may hold the object; where the engine decides it must not. */
const watchObject = (object: object, collector: SimulatedCollector | undefined): (() => object | undefined) =>
  collector === undefined ? watchForEngine(object) : () => (collector.isCollected(object) ? undefined : object);

/** A function of its own: closures of one function share what any of them captures. */
const watchForEngine = (object: object): (() => object | undefined) => {
  const watch = new ObjectWatch(REALM_COLLECTOR);
  watch.watch('object', object);
  return () => watch.find('object');
};
