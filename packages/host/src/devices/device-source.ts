/** What makes a device, and the forms in which it may be given. */
import { pathToFileURL } from 'node:url';
import { CooperageError } from '@cooperage/protocol/errors';

/** Methods of a node, by name. Arguments and answers are plain data and references; answers come at once. */
export type DeviceMethods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** All that a device remembers between calls. Values are plain data and references, which are held until the key changes. */
export type DeviceMemory = {
  readonly get: (key: string) => unknown;
  readonly has: (key: string) => boolean;
  readonly set: (key: string, value: unknown) => void;
  readonly delete: (key: string) => void;
  /** In order. */
  readonly keys: () => readonly string[];
};

/** What a device is made with. All of it but the definitions works during a call only. */
export type DevicePowers<Parameters = unknown, Endowments = unknown> = {
  readonly parameters: Parameters;
  readonly endowments: Endowments;
  readonly state: DeviceMemory;
  /** Queues a message to an object; nobody is told the answer. */
  readonly send: (target: object, method: string, args?: readonly unknown[]) => void;
  /** Runs `act` once everything that led to this call is on disk: the only way to let anything out. */
  readonly whenDurable: (act: () => void) => void;
  /** Further nodes, each known by its kind and an id; what is returned gives the reference for an id. */
  readonly defineNode: (kind: string, makeMethods: (id: string) => DeviceMethods) => (id: string) => object;
  /** Something that the host may tell the device: `kernel.tellDevice(device, name, args)`. */
  readonly defineInput: (name: string, handler: (...args: never[]) => unknown) => void;
};

/** Gives the methods of the root node. */
export type MakeDevice = (powers: DevicePowers<never, never>) => DeviceMethods;

export type DeviceSpec = {
  /** A module that exports `makeDevice`. It is code of this process, and must be given again at each opening. */
  readonly source?: string | URL;
  /** The function itself, instead of a source. */
  readonly makeDevice?: MakeDevice;
  /** Plain data, kept in the database: a device keeps its parameters. */
  readonly parameters?: unknown;
  /** Anything at all, handed to the device as it is: functions, handles, secrets. Not kept. */
  readonly endowments?: unknown;
};

const refuse = (name: string, problem: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_CONFIG', `the source of device "${name}" ${problem}`, {
    subject: `devices.${name}.source`,
    remedy: 'Give a module that exports makeDevice, or the function itself as makeDevice.',
    cause,
  });

/** The function that makes the device. */
export const loadDevice = async (name: string, { source, makeDevice }: DeviceSpec): Promise<MakeDevice> => {
  if (makeDevice !== undefined) return makeDevice;
  if (source === undefined) throw refuse(name, 'is missing');
  const url = source instanceof URL || source.startsWith('file:') ? String(source) : pathToFileURL(source).href;
  let module: { readonly makeDevice?: unknown };
  try {
    module = (await import(url)) as typeof module;
  } catch (error) {
    throw refuse(name, `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (typeof module.makeDevice !== 'function') throw refuse(name, `exports no makeDevice: ${url}`);
  return module.makeDevice as MakeDevice;
};
