/** What a workload runs on: vats under one of the systems that are compared, each behind the same few calls. */

export type SiteOptions = {
  /** Where the database is, in a folder that exists. */
  readonly folder: string;
  /** By name, the file of its source in `vats/`. */
  readonly vats: Readonly<Record<string, string>>;
  /** Source that vats can make vats of. */
  readonly bundles?: Readonly<Record<string, string>>;
  /** The vat that gets the others when everything starts. */
  readonly bootstrap?: string;
  /** A BOYD for each vat after so many of its deliveries; never when absent. */
  readonly reapEvery?: number;
  /** Commit after so many deliveries; once per run when absent. */
  readonly commitEvery?: number;
  /** How many vats may be in memory at once. */
  readonly online?: number;
};

export type Site = {
  /** Queues a message whose answer nobody wants. */
  readonly send: (vat: string, method: string, args?: readonly unknown[]) => Promise<void>;
  /** Runs until idle; durable when it resolves. */
  readonly run: () => Promise<void>;
  /** Sends, runs until idle, and resolves to the answer. */
  readonly call: (vat: string, method: string, args?: readonly unknown[]) => Promise<unknown>;
  /** The root of a vat, to pass as an argument. */
  readonly root: (vat: string) => unknown;
  /** Has a vat bring out its dead, or all, and does what follows. */
  readonly reap: (vat?: string) => Promise<void>;
  /** Lets go of all that nothing reaches, as far as the system can. */
  readonly collect: () => Promise<void>;
  /** Ends a vat and removes its rows, a budget at a time; resolves to the longest stretch, in ms of CPU. */
  readonly terminate: (vat: string) => Promise<number>;
  readonly countObjects: () => number;
  readonly close: () => Promise<void>;
};

export type OpenSite = (options: SiteOptions) => Promise<Site>;

export const PEERS = ['swingset', 'ocap-kernel'] as const;
export type Peer = (typeof PEERS)[number];
export const SYSTEMS = ['cooperage', ...PEERS] as const;
export type System = (typeof SYSTEMS)[number];

/** Vats stay where they are when the rest is built. */
export const vatFile = (file: string): URL => new URL(`../src/vats/${file}`, import.meta.url);
