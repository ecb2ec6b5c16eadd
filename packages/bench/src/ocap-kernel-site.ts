/**
 * `@metamask/ocap-kernel` as a site of workloads, with a thread for each vat. Its kernel runs whenever its queue is not empty, and
 * commits when it is empty again; what comes from outside meanwhile it writes row by row, each in a transaction of its own. Heap objects
 * do not outlive the process, so a database is opened only once.
 */
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { cpuMsSince } from './measure.ts';
import { VatThreads, type Streams } from './ocap-kernel-threads.ts';
import { loadFromPeer, peerBundles } from './peer.ts';
import type { Site, SiteOptions } from './site.ts';

type VatSpec = { readonly bundleSpec: string };
type Cluster = {
  readonly bootstrap: string;
  readonly vats: Readonly<Record<string, VatSpec>>;
  readonly services?: readonly string[];
};
type Kernel = {
  readonly launchSubcluster: (cluster: Cluster) => Promise<unknown>;
  readonly queueMessage: (target: string, method: string, args: readonly unknown[]) => Promise<unknown>;
  readonly registerKernelServiceObject: (name: string, service: object) => void;
  readonly getVatIds: () => string[];
  readonly pinVatRoot: (id: string) => string;
  readonly reapVats: (filter: (id: string) => boolean) => void;
  readonly terminateVat: (id: string) => Promise<void>;
  readonly getStatus: () => Promise<unknown>;
};
type Database = { readonly executeQuery: (sql: string) => readonly Readonly<Record<string, unknown>>[] };
type LogEntry = { readonly level: string; readonly message: string; readonly data: readonly unknown[] };
type Modules = Streams & {
  readonly Kernel: {
    readonly make: (commands: object, threads: VatThreads, database: Database, options: object) => Promise<Kernel>;
  };
  readonly Logger: new (options: { readonly transports: readonly ((entry: LogEntry) => void)[] }) => object;
  readonly makeSQLKernelDatabase: (options: { readonly dbFilename: string }) => Promise<Database>;
  readonly kslot: (ref: string) => unknown;
  readonly kunser: (data: unknown) => unknown;
};

const bundles = peerBundles('ocap-kernel');
const specOf = (file: string): VatSpec => ({ bundleSpec: join(bundles, `${file}.json`) });

/** Nobody gives it commands: it is called in its own process. */
const noCommands = { drain: () => new Promise(() => {}), write: async () => {} };

const openDatabase = async ({ makeSQLKernelDatabase }: Modules, folder: string): Promise<Database> => {
  // It puts its databases into this folder, wherever one would rather have them.
  const dbFilename = relative(join(tmpdir(), 'ocap-sqlite'), join(folder, 'kernel.sqlite'));
  const database = await makeSQLKernelDatabase({ dbFilename });
  database.executeQuery('PRAGMA journal_mode = WAL');
  const [synchronous] = database.executeQuery('PRAGMA synchronous');
  const FULL = 2;
  if (synchronous?.synchronous !== FULL) throw new Error('ocap-kernel does not write its database as the others do');
  return database;
};

const WORK_LEFT = `SELECT count(*) AS count FROM kv WHERE key IN ('gcActions', 'reapQueue', 'vats.terminated') AND value <> '[]'`;
const OBJECTS = `SELECT count(*) AS count FROM kv WHERE key GLOB 'ko*.refCount'`;
const SERVICE = `SELECT substr(key, 1, length(key) - 6) AS ref FROM kv WHERE key GLOB 'ko*.owner' AND value = 'kernel'`;

/** The vat that stands in for what makes vats elsewhere. */
const MAKER = 'vatAdmin';

type Alarm = { readonly rung: Promise<never>; readonly ring: (problem: unknown) => void };

/** For what goes wrong in the kernel's own loop or in a thread, which no call of ours comes back with. */
const makeAlarm = (): Alarm => {
  let ring: Alarm['ring'] = () => {};
  const rung = new Promise<never>((_resolve, reject) => (ring = reject));
  // Nobody may be waiting.
  rung.catch(() => {});
  return { rung, ring };
};

class OcapKernelSite implements Site {
  readonly #modules: Modules;
  readonly #database: Database;
  readonly #bundles: Readonly<Record<string, string>>;
  readonly #threads: VatThreads;
  readonly #alarm = makeAlarm();
  readonly #wanted: string[] = [];
  readonly #vats = new Map<string, { readonly id: string; readonly root: string }>();
  #unsent: (() => unknown)[] = [];
  #kernel!: Kernel;
  #service = '';

  constructor(modules: Modules, database: Database, made: Readonly<Record<string, string>>) {
    this.#modules = modules;
    this.#database = database;
    this.#bundles = made;
    this.#threads = new VatThreads(modules, this.#alarm.ring);
  }

  /** Unless something has gone wrong that would make it wait forever. */
  readonly #await = <Value>(promise: Promise<Value>): Promise<Value> => Promise.race([this.#alarm.rung, promise]);

  async start({ vats, bootstrap }: SiteOptions): Promise<void> {
    const { Kernel, Logger } = this.#modules;
    const onEntry = ({ level, message, data }: LogEntry): void => {
      if (level === 'error') this.#alarm.ring(new Error([message, ...data].map(String).join(' ')));
    };
    const logger = new Logger({ transports: [onEntry] });
    this.#kernel = await Kernel.make(noCommands, this.#threads, this.#database, { logger });
    this.#kernel.registerKernelServiceObject(MAKER, { wantVat: (name: string) => void this.#wanted.push(name), nudge: () => {} });
    this.#service = this.#database.executeQuery(SERVICE)[0]?.ref as string;
    const all = bootstrap === undefined ? vats : { ...vats, [MAKER]: 'vat-maker.js' };
    // Its collector fails at a service that a vat has let go of, so only who makes vats gets one.
    await this.#launch(bootstrap ?? (Object.keys(vats)[0] as string), all, bootstrap === undefined ? [] : [MAKER]);
  }

  /** Vats without `bootstrap` refuse that message, which is all that goes wrong then. */
  async #launch(bootstrap: string, files: Readonly<Record<string, string>>, services: readonly string[] = []): Promise<void> {
    const known = this.#kernel.getVatIds().length;
    const vats = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, specOf(file)]));
    try {
      await this.#await(this.#kernel.launchSubcluster({ bootstrap, vats, services }));
    } catch (error) {
      if (!String(error).includes('has no method "bootstrap"')) throw error;
    }
    const ids = this.#kernel.getVatIds().slice(known);
    Object.keys(files).forEach((name, i) => {
      const id = ids[i] as string;
      this.#vats.set(name, { id, root: this.#kernel.pinVatRoot(id) });
    });
  }

  /** What a vat asked for cannot be done while a crank runs, and one that begins ends when the queue is empty. */
  async #makeWantedVats(): Promise<boolean> {
    const names = this.#wanted.splice(0);
    for (const name of names) {
      await this.#launch(name, { [name]: this.#bundles[name] as string });
      void this.#kernel.queueMessage(this.#find(MAKER).root, 'made', [this.root(name)]);
    }
    return names.length > 0;
  }

  #find(vat: string): { readonly id: string; readonly root: string } {
    const found = this.#vats.get(vat);
    if (found === undefined) throw new Error(`there is no vat ${vat}`);
    return found;
  }

  readonly #count = (sql: string): number => Number(this.#database.executeQuery(sql)[0]?.count);

  /**
   * A kernel that is idle does not look at garbage, so this wakes it with a message to the kernel itself, which comes last: what goes
   * before it, all of it in one crank, is over when that crank is.
   */
  async #settle(): Promise<void> {
    do {
      await this.#await(this.#kernel.queueMessage(this.#service, 'nudge', []));
      await this.#await(this.#kernel.getStatus());
    } while (this.#count(WORK_LEFT) > 0);
  }

  readonly send = async (vat: string, method: string, args: readonly unknown[] = []): Promise<void> => {
    // Its kernel would begin at once, and not when it is told to run.
    this.#unsent.push(() => this.#kernel.queueMessage(this.#find(vat).root, method, args));
  };

  readonly run = async (): Promise<void> => {
    const messages = this.#unsent;
    this.#unsent = [];
    for (const message of messages) void message();
    do await this.#settle();
    while (await this.#makeWantedVats());
  };

  readonly call = async (vat: string, method: string, args: readonly unknown[] = []): Promise<unknown> => {
    const answer = this.#kernel.queueMessage(this.#find(vat).root, method, args);
    await this.run();
    const value = this.#modules.kunser(await answer);
    if (value instanceof Error) throw value;
    return value;
  };

  readonly root = (vat: string): unknown => this.#modules.kslot(this.#find(vat).root);

  readonly reap = async (vat?: string): Promise<void> => {
    const only = vat === undefined ? undefined : this.#find(vat).id;
    this.#kernel.reapVats(id => only === undefined || id === only);
    await this.run();
  };

  readonly collect = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) await this.reap();
  };

  /** It removes all rows of a vat at once, in the next crank. */
  readonly terminate = async (vat: string): Promise<number> => {
    const began = process.cpuUsage();
    await this.#kernel.terminateVat(this.#find(vat).id);
    await this.run();
    return cpuMsSince(began);
  };

  readonly countObjects = (): number => this.#count(OBJECTS);

  readonly close = async (): Promise<void> => {
    await this.run();
    await this.#threads.terminateAll();
  };
}

export const openOcapKernel = async (options: SiteOptions): Promise<Site> => {
  const modules = await loadFromPeer<Modules>('ocap-kernel', './modules.mjs');
  // It reports each object and promise that it makes.
  globalThis.console = { ...console, debug: () => {} };
  const site = new OcapKernelSite(modules, await openDatabase(modules, options.folder), options.bundles ?? {});
  await site.start(options);
  await site.run();
  return site;
};
