/**
 * The worker port over script vats: liveslots as it is, with a collector that the simulation drives, or with the engine's own.
 */
import { ObjectWatch, REALM_COLLECTOR } from '@cooperage/liveslots/gc/object-watch';
import { makeLiveslots } from '@cooperage/liveslots/liveslots';
import type { DeliveryReport, HarvestMode, VatWorker, WorkerLauncher, WorkerSpec } from '@cooperage/protocol/worker-port';
import type { VatId } from '@cooperage/protocol/refs';
import { Heap } from '@cooperage/worker/gc-tools';
import { nextMacrotask } from '@cooperage/worker/quiescence';
import type { Chronicle } from './chronicle.ts';
import type { Mishaps } from './mishaps.ts';
import type { Random } from './random.ts';
import { ScriptVat } from './script-vat.ts';
import { SimulatedCollector } from './simulated-collector.ts';

/** One life of a vat in memory: from launch to eviction. */
export type Life = {
  readonly name: string;
  readonly vat: ScriptVat;
  readonly collector: SimulatedCollector | undefined;
  /** Objects of this life by name, whether or not they are still in memory. */
  readonly objects: ReadonlyMap<string, () => object | undefined>;
  readonly inspectTables: () => Readonly<Record<string, number>>;
};

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
  readonly chronicle: Chronicle;
  readonly mishaps: Mishaps;
  /** A vat saw what it must never see. */
  readonly onWonder: (problem: string) => void;
};

type Exits = { readonly exitVat: (info: unknown) => void; readonly exitVatWithFailure: (info: unknown) => void };

const engineHeap = new Heap();
/** How a worker that fails reports its delivery. */
export const BROKEN_PROBLEM = 'the scenario breaks its worker';
const BROKEN: DeliveryReport = { result: { outcome: 'fault', problem: BROKEN_PROBLEM }, buffered: [] };

export const makeSimLauncher = (options: SimLauncherOptions): SimLauncher => {
  const lives = new Map<string, Life>();
  const lastLives = new Map<string, Life>();
  const { organic, organicChance, chronicle, mishaps, onWonder } = options;

  const launch = async (spec: WorkerSpec): Promise<VatWorker> => {
    const { name, vat } = spec;
    const collector = organic === undefined ? undefined : new SimulatedCollector();
    const objects = new Map<string, () => object | undefined>();
    let script: ScriptVat | undefined;
    let syscalls: Parameters<VatWorker['deliver']>[1] | undefined;
    const liveslots = makeLiveslots({
      vat,
      syscall: syscall => syscalls?.(syscall) ?? { outcome: 'error', problem: 'no delivery is running' },
      ...(collector === undefined ? {} : { collector: collector.tools }),
      vatPowers: {},
      buildNamespace: async weak => {
        script = new ScriptVat({
          name,
          weak,
          shadow: collector !== undefined,
          trace: line => chronicle.note(vat, line),
          onWonder,
          onObject: (objectName, object) => objects.set(objectName, watchObject(object, collector)),
          exitVat: info => exits?.exitVat(info),
          exitVatWithFailure: info => exits?.exitVatWithFailure(info),
        });
        const { buildRootObject, heap } = script;
        // Objects of this vat are filed by identity, all others by name.
        collector?.attach({ heap, listHeld: liveslots.listHeld, isNamedKey: key => heap.findFields(key) === undefined });
        const life = { name, vat: script, collector, objects, inspectTables: liveslots.inspectTables };
        lives.set(name, life);
        lastLives.set(name, life);
        return {
          buildRootObject: (vatPowers: Exits) => {
            exits = vatPowers;
            return buildRootObject();
          },
        };
      },
    });
    let exits: Exits | undefined;
    const maybeCollect = (): void => {
      if (organic !== undefined && script !== undefined && organic.chance(organicChance)) collector?.collectSome(organic);
    };
    return {
      deliver: async (delivery, handler): Promise<DeliveryReport> => {
        const fault = chronicle.isReplaying(vat) ? undefined : mishaps.takeFault();
        chronicle.beginDelivery(vat);
        if (fault === 'before') return BROKEN;
        maybeCollect();
        engineHeap.markStale();
        syscalls = handler;
        liveslots.start(delivery);
        await nextMacrotask();
        syscalls = undefined;
        const result = liveslots.finish();
        maybeCollect();
        return fault === 'after' ? BROKEN : { result, buffered: [] };
      },
      harvest: async (mode: HarvestMode): Promise<readonly string[]> => {
        if (mode === 'forced') await collectAll(collector);
        return liveslots.harvest();
      },
      stop: async () => {
        if (lives.get(name)?.vat === script) lives.delete(name);
      },
    };
  };

  const setMuted = (vat: VatId, muted: boolean): void => chronicle[muted ? 'beginReplay' : 'endReplay'](vat);
  return { kind: 'script', engine: 'any', launch, setMuted, lives, lastLives };
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
