/**
 * Opens a kernel: checks the config, bundles the sources, opens or creates the database, and makes the vats or goes on with those
 * that are there. Whatever fails, fails before the database has been changed, or leaves it as it was.
 */
import '@cooperage/worker/lockdown';
import type { Devices } from '@cooperage/kernel/devices/device-port';
import { Kernel } from '@cooperage/kernel/kernel';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KRef } from '@cooperage/protocol/refs';
import type { WorkerLauncher } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';
import { makeLocalLauncher } from '@cooperage/worker/kinds/local';
import { queueBootstrap } from './bootstrap.ts';
import { parseKernelOptions, VAT_ADMIN, type KernelConfig } from './config.ts';
import { insistFunctions, insistNoContradiction, insistSameEngine, type StoredConfig } from './contradiction.ts';
import { KernelController } from './controller.ts';
import { CycleSchedule } from './cycle-schedule.ts';
import {
  addNewDevices,
  devicesByName,
  insistKnownDevices,
  prepareDevice,
  prepareVatAdmin,
  type PreparedDevice,
} from './devices/prepare-devices.ts';
import { KernelRefs } from './kernel-ref.ts';
import { insistSameBundles, prepareNamedBundle, type NamedBundle } from './named-bundles.ts';
import type { KernelOptions } from './options.ts';
import { OutputGate } from './output-gate.ts';
import { addArguments, prepareVat, type PreparedVat } from './prepare-vat.ts';
import { openSlog, type SlogSink } from './slog-option.ts';
import { makeConsoleOption } from './vat-console.ts';
import type { VatNamespace } from './vat-source.ts';

/** What a test may put between the kernel and its workers. */
export type AdaptLauncher = (launcher: WorkerLauncher) => WorkerLauncher;

/** The row of `kernel_state` that says which vats the kernel began with. Its absence says that it has not begun. */
const CONFIG = 'config';

const readStoredConfig = (store: Store): StoredConfig | undefined => {
  const text = store.tables.kernelState.find(CONFIG);
  return text === undefined ? undefined : (JSON.parse(text) as StoredConfig);
};

/** Nothing can be held before the kernel is open: a ref in a config comes from another one. */
const makeNoRefs = (): KernelRefs => new KernelRefs({ hold: () => {}, release: () => Promise.resolve() });

const prepareVats = async (config: KernelConfig, hasStored: boolean): Promise<readonly PreparedVat[] | undefined> => {
  const { defaults, sources } = config;
  const refs = makeNoRefs();
  const options = { defaults, refs, storedSource: hasStored && sources === 'stored' };
  return config.vats === undefined
    ? undefined
    : Promise.all(config.vats.map(vat => prepareVat(addArguments(config, vat), options)));
};

/** What the config gives beside vats, at each opening. */
type Supplies = { readonly devices: readonly PreparedDevice[]; readonly bundles: readonly NamedBundle[] };

/** The device of vatAdmin is there for a database that has it, and for a config that wants it. */
const prepareSupplies = async (config: KernelConfig, tables: Tables): Promise<Supplies> => {
  const refs = makeNoRefs();
  const devices = await Promise.all(config.devices.map(([name, spec]) => prepareDevice(name, spec, refs)));
  const hasAdmin = config.vatAdmin === true || tables.devices.find(VAT_ADMIN) !== undefined;
  return {
    devices: hasAdmin ? [...devices, prepareVatAdmin(config.defaults, refs)] : devices,
    bundles: await Promise.all(config.bundles.map(prepareNamedBundle)),
  };
};

/** Enters what the database does not have yet. */
const addSupplies = (kernel: Kernel, tables: Tables, { devices, bundles }: Supplies): void => {
  addNewDevices(kernel, tables, devices);
  for (const { name, bundle } of bundles) if (tables.bundleNames.find(name) === undefined) kernel.installBundle(bundle, name);
};

/** Makes the vats of the config, all in one block: a kernel has begun, or it has not. */
const begin = (kernel: Kernel, vats: readonly PreparedVat[], { bootstrap, devices }: Beginning): void => {
  const roots = new Map<string, KRef>();
  for (const { name, bundle, parameters, settings: options } of vats) {
    if (bundle === undefined) throw new CooperageError('ERR_VAT_SOURCE', `vat "${name}" has no source`, { subject: name });
    kernel.installBundle(bundle);
    roots.set(name, kernel.rootOf(kernel.createVat({ name, bundle: bundle.id, parameters, options })));
  }
  kernel.setState(CONFIG, JSON.stringify({ vats: vats.map(({ name }) => name) } satisfies StoredConfig));
  if (bootstrap === undefined) return;
  const nodes = new Map(devices.map(({ name }) => [name, kernel.rootOfDevice(name)]));
  queueBootstrap(kernel, bootstrap, { vats: roots, devices: nodes });
};

type Beginning = { readonly bootstrap: string | undefined; readonly devices: readonly PreparedDevice[] };

const makeKernel = (
  config: KernelConfig,
  parts: { store: Store; launcher: WorkerLauncher; devices: Devices; gate: OutputGate; slog: SlogSink | undefined },
): Kernel => {
  const { store, launcher, devices, gate, slog } = parts;
  const { maxOnline, harvest, auditEveryCrank, cleanupBudget, commitEvery, history } = config;
  return new Kernel({
    store,
    launcher,
    devices,
    ...(slog === undefined ? {} : { slog: slog.write }),
    ...(maxOnline === undefined ? {} : { maxOnline }),
    ...(harvest === undefined ? {} : { harvest }),
    ...(auditEveryCrank === undefined ? {} : { auditEveryCrank }),
    ...(cleanupBudget === undefined ? {} : { cleanupBudget }),
    ...(commitEvery === undefined ? {} : { commitEvery }),
    ...(history === undefined ? {} : { history }),
    afterCommit: () => gate.open(),
  });
};

/** Code of this process that a vat got by an upgrade has another id than it would have in a new vat. */
const keepFunctionBundles = (tables: Tables, vats: readonly PreparedVat[] | undefined): readonly PreparedVat[] | undefined =>
  vats?.map(vat => {
    const id = tables.vats.findByName(vat.name)?.bundle;
    if (id === undefined || vat.bundle?.format !== 'function' || tables.bundles.get(id).format !== 'function') return vat;
    return { ...vat, bundle: { ...vat.bundle, id } };
  });

const openParts = async (
  config: KernelConfig,
  { store, prepared, adapt }: { store: Store; prepared: readonly PreparedVat[] | undefined; adapt: AdaptLauncher },
): Promise<KernelController> => {
  const { database, bootstrap, defaults, sources = 'given', allowOtherEngine = false } = config;
  const { tables } = store;
  const stored = readStoredConfig(store);
  const vats = keepFunctionBundles(tables, prepared ?? (await prepareVats(config, stored !== undefined)));
  const functions = new Map<string, VatNamespace>();
  const supplies = await prepareSupplies(config, tables);
  for (const { bundle, code } of [...(vats ?? []), ...supplies.bundles])
    if (bundle !== undefined && code !== undefined) functions.set(bundle.id, code);
  const vatConsole = makeConsoleOption(config.console ?? 'inherit');
  const launcher = adapt(makeLocalLauncher({ functions, ...(vatConsole === undefined ? {} : { console: vatConsole }) }));
  if (stored !== undefined) {
    insistNoContradiction(tables, { database, vats, bootstrap, sources }, stored);
    insistKnownDevices(tables, supplies.devices, database);
    insistSameBundles(tables, supplies.bundles, { database, sources });
    insistFunctions(tables, functions);
    if (!allowOtherEngine) insistSameEngine(tables, launcher);
  } else if (vats === undefined && bootstrap !== undefined) {
    throw new CooperageError('ERR_CONFIG', `bootstrap names the vat "${bootstrap}", and there are no vats`, {
      subject: bootstrap,
    });
  }
  const slog = config.slog === undefined ? undefined : openSlog(config.slog);
  const gate = new OutputGate();
  const kernel = makeKernel(config, { store, launcher, devices: devicesByName(supplies.devices), gate, slog });
  addSupplies(kernel, tables, supplies);
  if (stored === undefined) begin(kernel, vats ?? [], { bootstrap, devices: supplies.devices });
  kernel.releaseStaleHolds();
  kernel.commit();
  const cycles = config.collect?.cycles === 'auto' ? new CycleSchedule(kernel, store) : undefined;
  return new KernelController({ kernel, store, gate, defaults, functions, cycles, slog });
};

/** As `openKernel`, with something of a test's between the kernel and its workers: to watch them, or to lose one. */
export const openKernelOver = async (options: KernelOptions, adapt: AdaptLauncher): Promise<KernelController> => {
  const config = parseKernelOptions(options);
  const { database, sources, synchronous, maxDatabasePages } = config;
  // Before the database, so that a source that cannot be bundled leaves no empty database behind.
  const prepared = sources === 'stored' ? undefined : await prepareVats(config, false);
  const { store } = openStore({
    path: database,
    ...(synchronous === undefined ? {} : { synchronous }),
    ...(maxDatabasePages === undefined ? {} : { maxPages: maxDatabasePages }),
  });
  try {
    return await openParts(config, { store, prepared, adapt });
  } catch (error) {
    store.close();
    throw error;
  }
};

/** Creates the kernel in a new database, or goes on with the one that is there. */
export const openKernel = (options: KernelOptions): Promise<KernelController> => openKernelOver(options, launcher => launcher);
