/**
 * The worker port over script vats: liveslots as it is, with a collector that the simulation drives, or with the engine's own.
 */
import { ObjectWatch, REALM_COLLECTOR } from '@cooperage/liveslots/gc/object-watch';
import { makeLiveslots } from '@cooperage/liveslots/liveslots';
import type { DeliveryReport, HarvestMode, VatWorker, WorkerLauncher, WorkerSpec } from '@cooperage/protocol/worker-port';
import { Heap } from '@cooperage/worker/gc-tools';
import { nextMacrotask } from '@cooperage/worker/quiescence';
import type { Random } from './random.ts';
import { ScriptVat } from './script-vat.ts';
import { SimulatedCollector } from './simulated-collector.ts';

/** One life of a vat in memory: from launch to eviction. */
export type Life = {
  readonly name: string;
  readonly vat: ScriptVat;
  readonly collector: SimulatedCollector | undefined;
  /** What the vat's code saw, from the beginning of its incarnation. */
  readonly trace: readonly string[];
  /** Objects of this life by name, whether or not they are still in memory. */
  readonly objects: ReadonlyMap<string, () => object | undefined>;
  readonly inspectTables: () => Readonly<Record<string, number>>;
};

export type SimLauncher = WorkerLauncher & {
  /** The present life of each vat that is in memory, by name. */
  readonly lives: ReadonlyMap<string, Life>;
  /** All lives so far, in order of launch. */
  readonly allLives: readonly Life[];
  /** What vats saw that they must never see. */
  readonly wonders: readonly string[];
};

export type SimLauncherOptions = {
  /** Where organic collections get their choices; undefined: the engine's own collector. */
  readonly organic: Random | undefined;
  /** How often an organic collection happens around a delivery. */
  readonly organicChance: number;
};

type Exits = { readonly exitVat: (info: unknown) => void; readonly exitVatWithFailure: (info: unknown) => void };

const engineHeap = new Heap();

export const makeSimLauncher = (options: SimLauncherOptions): SimLauncher => {
  const lives = new Map<string, Life>();
  const allLives: Life[] = [];
  const wonders: string[] = [];

  const launch = async (spec: WorkerSpec): Promise<VatWorker> => {
    const { name, vat } = spec;
    const { organic, organicChance } = options;
    const collector = organic === undefined ? undefined : new SimulatedCollector();
    const trace: string[] = [];
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
          trace: line => trace.push(line),
          onWonder: problem => wonders.push(problem),
          onObject: (objectName, object) => objects.set(objectName, watchObject(object, collector)),
          exitVat: info => exits?.exitVat(info),
          exitVatWithFailure: info => exits?.exitVatWithFailure(info),
        });
        const { buildRootObject, heap } = script;
        // Objects of this vat are filed by identity, all others by name.
        collector?.attach({ heap, listHeld: liveslots.listHeld, isNamedKey: key => heap.findFields(key) === undefined });
        lives.set(name, { name, vat: script, collector, trace, objects, inspectTables: liveslots.inspectTables });
        allLives.push(lives.get(name) as Life);
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
        maybeCollect();
        engineHeap.markStale();
        syscalls = handler;
        liveslots.start(delivery);
        await nextMacrotask();
        syscalls = undefined;
        const result = liveslots.finish();
        maybeCollect();
        return { result, buffered: [] };
      },
      harvest: async (mode: HarvestMode): Promise<readonly string[]> => {
        if (collector === undefined) {
          if (mode === 'forced') await engineHeap.collect();
        } else if (mode === 'forced') collector.collectAll();
        return liveslots.harvest();
      },
      stop: async () => {
        if (lives.get(name)?.vat === script) lives.delete(name);
      },
    };
  };

  return { kind: 'script', engine: 'any', launch, lives, allLives, wonders };
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
