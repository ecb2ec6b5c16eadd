/** A workload: the same steps on any site, with figures that cost something, so that less is better. */
import { measure } from './measure.ts';
import type { Floors } from './floors.ts';
import type { OpenSite, Peer } from './site.ts';

/** By what is measured. Names that begin with CPU, wall or MB are compared. */
export type Figures = Record<string, number>;

export type Case = {
  readonly open: OpenSite;
  /** Empty at first. */
  readonly folder: string;
  readonly size: number;
  readonly variant: string;
};

/** What a peer cannot do, or not honestly: the whole workload, or some variants, or above some size. */
export type Inability = { readonly why: string; readonly variants?: readonly string[]; readonly above?: number };

export const NO_HARVEST = 'two objects of a vat that die at once stop its kernel, which sorts a frozen array then';
export const NO_REPLAY = 'what its vats hold in memory ends with the process';

export type Workload = {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly sizes: readonly [small: number, middle: number, large: number];
  readonly variants: readonly string[];
  /** The peer is not asked for more. */
  readonly peerMost?: number;
  readonly unable?: Readonly<Partial<Record<Peer, readonly Inability[]>>>;
  /** In a process of its own, before. */
  readonly prepare?: (of: Case) => Promise<void>;
  readonly run: (of: Case) => Promise<Figures>;
  /** What a figure cannot be below, by its name. */
  readonly floor?: (floors: Floors, size: number, variant: string) => Figures;
};

/** Why this peer leaves this case out; undefined when it does not. */
export const findWhyLeftOut = (
  peer: Peer,
  { unable, peerMost = Infinity }: Workload,
  of: Pick<Case, 'variant' | 'size'>,
): string | undefined => {
  if (of.size > peerMost) return `it is not asked for more than ${peerMost}`;
  const covers = ({ variants = [of.variant], above = 0 }: Inability): boolean => variants.includes(of.variant) && of.size > above;
  return unable?.[peer]?.find(covers)?.why;
};

/** CPU and wall time per unit, in microseconds. */
export const perUnit = async (unit: string, count: number, act: () => Promise<unknown>): Promise<Figures> => {
  const { cpuMs, wallMs } = await measure(act);
  return { [`CPU us/${unit}`]: (cpuMs * 1000) / count, [`wall us/${unit}`]: (wallMs * 1000) / count };
};

export const inMs = async (what: string, act: () => Promise<unknown>): Promise<Figures> => {
  const { cpuMs, wallMs } = await measure(act);
  return { [`CPU ms ${what}`]: cpuMs, [`wall ms ${what}`]: wallMs };
};

/** After a collection. */
export const memoryMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
};

/** One message that a vat gets: its arguments through marshal, the send of the vat, the turn that shows it is over, its transcript row. */
export const deliveryFloor = ({ marshal, send, turn, row }: Floors): number => marshal + send + turn + row;
