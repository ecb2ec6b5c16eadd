/**
 * What a hard world does to a kernel, drawn from a stream of its own: the story does not know. Each choice hangs on the step and the
 * call that it falls on, so that a story cut down meets the same hardships where it still goes the same way.
 */
import { Random } from '../sim/random.ts';
import type { Step, Story } from './story.ts';

export type Hardship = {
  /** Close and open again before the call. */
  readonly restart: boolean;
  /** The kernel dies after so many exchanges with workers, if nothing of the call was committed by then. */
  readonly fuse: number | undefined;
};

/** How a kernel is opened: how many vats have room, how long blocks are. */
export type Room = { readonly maxOnline?: number; readonly commitEvery?: number };

const PEACE: Hardship = { restart: false, fuse: undefined };

export const drawHardship = ({ seed }: Story, { number, peaceful }: Step, call: number): Hardship => {
  if (peaceful) return PEACE;
  const temper = new Random(seed).fork('temper');
  const [restarts, kills] = [temper.pick([0.02, 0.1, 0.3]), temper.pick([0.02, 0.1, 0.3])];
  const random = new Random(seed).fork(`hardship ${number} ${call}`);
  const restart = random.chance(restarts);
  return { restart, fuse: random.chance(kills) ? 1 + Math.min(random.below(12), random.below(12)) : undefined };
};

export const drawRoom = ({ seed, roomy }: Story, opening: number): Room => {
  if (roomy) return {};
  const random = new Random(seed).fork(`room ${opening}`);
  // Bringing a vat in takes longer than all else, so there is seldom room for one or two alone.
  const maxOnline = random.pick([1, 2, 50, 50, 50, 50, 50, 50]);
  const commitEvery = random.pick([1, 3, undefined, undefined]);
  return { maxOnline, ...(commitEvery === undefined ? {} : { commitEvery }) };
};
