/**
 * The `local` worker kind: each vat in a compartment of the kernel's own isolate. Cheap to start, no copy per message; no limit
 * on time or memory.
 */
import '../lockdown.ts';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Fasten, Links } from '@cooperage/liveslots/gc/links';
import { makeLiveslots } from '@cooperage/liveslots/liveslots';
import type { LiveslotsGlobals } from '@cooperage/liveslots/vat-data/vat-data';
import type { VatId } from '@cooperage/protocol/refs';
import type { SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { VatSyscallHandler, VatWorker, WorkerLauncher, WorkerSpec } from '@cooperage/protocol/worker-port';
import { loadBundle } from '../bundle-loader.ts';
import { makeEndowments } from '../endowments.ts';
import { findDead } from '../find-dead.ts';
import { Heap } from '../gc-tools.ts';
import { lookIntoHeaps } from '../heap/look.ts';
import { releaseKept } from '../kept-objects.ts';
import { makeRawRunner, type RawDispatch } from '../raw-vat.ts';
import { Supervisor, type VatRunner } from '../supervisor.ts';
import { makeVatConsole, type VatConsole } from '../vat-console.ts';

/**
 * Code that a test or a host hands over as functions, in place of a bundle. It runs in the host's own compartment with the host's
 * globals, an engine's WeakMap among them: good for tests, and only as deterministic as it is written. What stands on the global of
 * other vats it finds among its powers: `vatPowers.VatData`.
 */
export type VatFunctions = { readonly buildRootObject: unknown } | { readonly rawDispatch: RawDispatch };

export type LocalLauncherOptions = {
  /** Where a vat's console output goes; the process's console when absent. */
  readonly console?: (vatName: string) => VatConsole;
  /** Code for bundles of format `function`, by bundle id. */
  readonly functions?: ReadonlyMap<string, VatFunctions>;
  /** Whether errors that leave a vat are shown on its console, with their ids. Off by default: a rejection is no accident. */
  readonly showSentErrors?: boolean;
  /** Powers that a vat gets beside those of liveslots. */
  readonly vatPowers?: (spec: WorkerSpec) => Readonly<Record<string, unknown>>;
};

export type LocalLauncher = WorkerLauncher & {
  /** Silences a vat's console, as during replay, or lets it speak again. */
  readonly setMuted: (vat: VatId, muted: boolean) => void;
};

const heap = new Heap();

const loosenAll = (world: SuspectWorld, workers: ReadonlyMap<VatId, VatWorker>, links: Links): readonly Fasten[] =>
  [...world.names].map(([vat, names]) => {
    const worker = workers.get(vat);
    if (!(worker instanceof Supervisor)) throw new Error(`the memory of ${vat} cannot be looked into`);
    return worker.loosen(names, links);
  });

type Build = (vatPowers: object, ...rest: unknown[]) => unknown;

/** Function vats have no global of their own to find `VatData` on. */
const empower = ({ buildRootObject }: { readonly buildRootObject: unknown }, { VatData }: LiveslotsGlobals) => ({
  buildRootObject:
    typeof buildRootObject === 'function'
      ? (vatPowers: object, ...rest: unknown[]) => (buildRootObject as Build)(harden({ ...vatPowers, VatData }), ...rest)
      : buildRootObject,
});

export const makeLocalLauncher = (options: LocalLauncherOptions = {}): LocalLauncher => {
  const muted = new Set<VatId>();

  const makeRunner = (spec: WorkerSpec, console: VatConsole, syscall: VatSyscallHandler): VatRunner => {
    const { bundle, vat } = spec;
    const functions = bundle.format === 'function' ? options.functions?.get(bundle.id) : undefined;
    if (functions !== undefined && 'rawDispatch' in functions) return makeRawRunner(functions.rawDispatch, syscall);
    return makeLiveslots({
      vat,
      incarnation: spec.incarnation,
      relaxDurability: spec.relaxDurability ?? false,
      releaseKept,
      syscall,
      vatPowers: options.vatPowers?.(spec) ?? {},
      ...(options.showSentErrors === true ? { logSentError: (error: Error) => console.debug('sent', error) } : {}),
      buildNamespace: async globals =>
        functions === undefined ? loadBundle(bundle, makeEndowments(console, globals)) : empower(functions, globals),
    });
  };

  return {
    kind: 'local',
    engine: `node-${process.version}/v8-${process.versions.v8.split('.', 2).join('.')}`,
    launch: async (spec): Promise<VatWorker> => {
      const { bundle, name, vat } = spec;
      if (bundle.format === 'function' && !options.functions?.has(bundle.id)) {
        throw new CooperageError('ERR_VAT_SOURCE', `vat ${name} was given as functions, and they are not here`, {
          subject: bundle.id,
          remedy: 'pass the same functions again when you open this kernel',
        });
      }
      const vatConsole = makeVatConsole(name, { sink: options.console?.(name), isMuted: () => muted.has(vat) });
      return new Supervisor({
        heap,
        makeRunner: syscall => makeRunner(spec, vatConsole, syscall),
        onUnhandledRejection: reason => vatConsole.error('unhandled rejection:', reason),
      });
    },
    isTransparent: worker => worker instanceof Supervisor && worker.isTransparent,
    findDead: (world, workers) => findDead(heap, world, links => loosenAll(world, workers, links)),
    lookIntoHeaps,
    setMuted: (vat, isMuted) => void (isMuted ? muted.add(vat) : muted.delete(vat)),
  };
};
