/** What `openKernel` takes: the shape of a kernel script's config. `config.ts` checks it, `open.ts` acts on it. */
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import type { VatOptions } from '@cooperage/kernel/vats/options';
import type { HarvestMode } from '@cooperage/protocol/worker-port';
import type { DeviceSpec } from './devices/device-source.ts';
import type { BuildRootObject, VatSource } from './vat-source.ts';
import type { ConsoleSetting } from './vat-console.ts';

/** How a vat is run; what is not said comes from `defaults`. */
export type VatSettings = {
  /** What becomes of the vat when it faults: gone for good (the default), or stopped as it was until `resumeVat`. */
  readonly onFault?: VatOptions['onFault'];
  /** The kernel stops rather than end this vat, whatever it does; only the host may. Default false. */
  readonly critical?: boolean;
  /** When the vat is asked to bring out its dead: after so many deliveries, or so many references met or lost. */
  readonly reap?: Partial<VatOptions['reap']>;
  /** Durable data may cite what ends with the vat's incarnation, and then says so when it is used: for development. Default false. */
  readonly relaxDurability?: boolean;
  /** For raw vats that take messages for promises they have not settled; default false. */
  readonly pipelining?: boolean;
};

/** One vat: where its code is, what it is started with, how it is run. */
export type VatSpec = VatSettings & {
  /** A module's file, a bundle, or `{ buildRootObject }`. */
  readonly source?: VatSource;
  /** Code of this process, instead of a source: for tests. Must be given again at each opening. */
  readonly buildRootObject?: BuildRootObject;
  /** Plain data, the second argument of `buildRootObject`. */
  readonly parameters?: unknown;
};

/** What `upgradeVat` takes. What is left out stays as it is: a vat may be upgraded to the source that it has. */
export type UpgradeSpec = VatSpec & {
  /** Told to those who wait for promises that the vat has not settled. Default: 'vat upgraded'. */
  readonly message?: string;
  /** Run the upgrade on the state as it is, undo it, and report. */
  readonly rehearse?: boolean;
  /**
   * 'stop' (the default): the old incarnation lets go of what only its heap holds, for which it must be in memory, or be replayed.
   * 'discard': it is not asked, for a vat that can be replayed no more. What only its heap held stays held.
   */
  readonly heap?: 'stop' | 'discard';
  /** 'ahead': before what is queued already; the default for critical vats. */
  readonly place?: 'in turn' | 'ahead';
};

/** Source that vats can make vats of. */
export type BundleSpec = Pick<VatSpec, 'source' | 'buildRootObject'>;

export type KernelOptions = {
  /** A path, a file URL, or ':memory:'. */
  readonly database: string | URL;
  /** The vats that the kernel begins with, by name. Leave out to go on with what the database has. */
  readonly vats?: Readonly<Record<string, VatSpec>>;
  /** Named sources, for `getNamedBundleCap` and `createVatByName`. */
  readonly bundles?: Readonly<Record<string, BundleSpec>>;
  /** Host code that vats call synchronously, by name; handed to `bootstrap`. */
  readonly devices?: Readonly<Record<string, DeviceSpec>>;
  /** Adds the vat and the device `vatAdmin`, with which vats make vats. */
  readonly vatAdmin?: boolean;
  /** The vat whose root gets `bootstrap(vats, devices)`, once in the life of the database. */
  readonly bootstrap?: string;
  /** Plain data, handed to the bootstrap vat as `vatParameters.argv`. */
  readonly bootstrapArguments?: unknown;
  /** For every vat that does not say otherwise. */
  readonly defaults?: VatSettings;
  /** 'stored': on reopening go on with the source in the database, whatever the files say now. Default: 'given'. */
  readonly sources?: 'given' | 'stored';
  /** Go on with vats that lived on another engine or worker kind. Their replay may diverge. */
  readonly allowOtherEngine?: boolean;
  /** What the kernel does, as records: to a function, or as lines of JSON to a file. */
  readonly slog?: ((event: SlogEvent) => void) | string | URL;
  /** Where vats' console output goes: to the host's console (default), nowhere, or to a function. */
  readonly console?: ConsoleSetting;
  /** Cranks per block; default: one block per run. */
  readonly commitEvery?: number;
  /**
   * Keeps in the database what each crank changes, of all cranks from now on or of the last so many, for `cooperage inspect --at`. Default:
   * none. Each crank then writes each changed row twice more.
   */
  readonly history?: 'all' | { readonly cranks: number };
  /** Vats in memory at once; default 50. */
  readonly maxOnline?: number;
  /** Whether reaping forces a collection ('forced', the default) or takes what the engine collected by itself. */
  readonly harvest?: HarvestMode;
  /**
   * 'auto': `run` and `call` look for cycles when objects, promises and stored rows have doubled since the last look, and are a thousand
   * more. Default: 'never', that is when `collect({ cycles: true })` asks for it.
   */
  readonly collect?: { readonly cycles?: 'auto' | 'never' };
  /** Rows of a terminated vat that one crank removes; default 200. Others run in between. */
  readonly cleanupBudget?: number;
  /** Recompute every count after each crank, and stop at the first that is wrong. Slow; for tests. */
  readonly auditEveryCrank?: boolean;
  /** What a commit waits for; FULL (the default) survives a power cut. */
  readonly synchronous?: 'FULL' | 'NORMAL' | 'OFF';
  /** The database may not grow beyond so many pages of 4096 bytes. */
  readonly maxDatabasePages?: number;
};
