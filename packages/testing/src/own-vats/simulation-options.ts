/** What `simulate` takes, and what its actions are given. Checked before any kernel is made. */
import type { KernelController } from '@cooperage/host/controller';
import { suggest } from '@cooperage/host/nearest-word';
import type { KernelOptions, VatSpec } from '@cooperage/host/options';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Random } from '../sim/random.ts';

/** A kernel as a kernel script has it, but for closing it: that is the simulator's. */
export type SimulatedKernel = Omit<KernelController, 'close' | typeof Symbol.asyncDispose>;

export type Scene<Model> = {
  readonly kernel: SimulatedKernel;
  /** The action's own stream of choices: the same in every run of its seed. */
  readonly random: Random;
  /** What this run remembers beside the kernel; made anew for each run. */
  readonly model: Model;
};

export type SimulationOptions<Model = undefined> = Pick<KernelOptions, 'bootstrap' | 'bootstrapArguments' | 'defaults'> & {
  readonly vats: Readonly<Record<string, VatSpec>>;
  /** What may be done, by name. One that throws fails the simulation. */
  readonly actions: Readonly<Record<string, (scene: Scene<Model>) => unknown>>;
  /** What holds whenever the vats are at rest. Fails by throwing, or by saying false. */
  readonly invariant?: (kernel: SimulatedKernel, model: Model) => unknown;
  readonly model?: () => Model;
  /** At the end of a seed, when all is released and reaped, no table may be larger than after bootstrap. Default false. */
  readonly expectNoGrowth?: boolean;
  /** How many seeds, from 1 on; default 20. */
  readonly seeds?: number;
  /** Actions per seed; default 40. */
  readonly steps?: number;
  /** Go on with fresh seeds until so many minutes have passed. */
  readonly minutes?: number;
  /** This seed alone: to repeat a failure. */
  readonly seed?: number;
};

type Key = keyof SimulationOptions;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** `undefined`: `openKernel` checks it. */
const CHECKS: Readonly<Record<Key, readonly [expected: string, test: (value: unknown) => boolean] | undefined>> = {
  vats: ['an object', isRecord],
  bootstrap: undefined,
  bootstrapArguments: undefined,
  defaults: undefined,
  actions: ['an object of functions', value => isRecord(value) && Object.values(value).every(isFunction)],
  invariant: ['a function', isFunction],
  model: ['a function that makes the model', isFunction],
  expectNoGrowth: ['true or false', value => typeof value === 'boolean'],
  seeds: ['a whole number above 0', isCount],
  steps: ['a whole number above 0', isCount],
  minutes: ['a number above 0', value => typeof value === 'number' && value > 0],
  seed: ['a whole number', value => Number.isSafeInteger(value)],
};

const refuse = (key: string, problem: string, remedy: string): never => {
  throw new CooperageError('ERR_ARGUMENT', `simulate(t, options): ${problem}`, { subject: key, remedy });
};

/** Throws ERR_ARGUMENT for what is unknown, missing or of the wrong kind. */
export const insistSimulationOptions = (options: unknown): void => {
  if (!isRecord(options)) return refuse('options', 'the options are no object', 'Give { vats, actions }.');
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, key)) refuse(key, `there is no option "${key}"`, suggest(key, Object.keys(CHECKS)));
    const check = CHECKS[key as Key];
    if (value !== undefined && check?.[1](value) === false) refuse(key, `${key} is not ${check[0]}`, `Give ${check[0]}.`);
  }
  if (options['vats'] === undefined) refuse('vats', 'there are no vats', 'Give them as to openKernel.');
  if (Object.keys(options['actions'] ?? {}).length === 0)
    refuse('actions', 'there are no actions', 'Give actions: { name: async ({ kernel, random }) => ... }.');
};
