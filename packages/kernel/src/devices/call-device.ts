/**
 * One call of a device: with powers that end with it, and all or nothing. What it writes, sends and orders is kept back until it
 * returns; a call that throws has done nothing. Callers: `syscalls/call-now.ts`, for a vat, and `input.ts`, for the host.
 */
import { findCapDataExcess, type CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import { insistInvariant, KernelPanic } from '@cooperage/protocol/fault';
import { LIMITS } from '@cooperage/protocol/limits';
import { isKernelObjectRef, parseKRef, type KernelDeviceRef, type KRef } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { enqueueMessage } from '../routing/enqueue.ts';
import type { Device, DevicePowers } from './device-port.ts';
import { provideNode } from './nodes.ts';
import { readState, writeState } from './state.ts';
import { makeVatHooks } from './vat-hooks.ts';

export type DeviceAnswer =
  { readonly outcome: 'ok'; readonly data: CapData<KRef> } | { readonly outcome: 'error'; readonly problem: string };

type Act = (device: Device, powers: DevicePowers) => CapData<KRef>;

/** What one call has done so far. */
class DeviceSession {
  readonly #crank: Crank;
  readonly #device: string;
  readonly #writes = new Map<string, CapData<KRef> | null>();
  readonly #effects: (() => void)[] = [];
  #open = true;

  constructor(crank: Crank, device: string) {
    this.#crank = crank;
    this.#device = device;
  }

  makePowers(): DevicePowers {
    const crank = this.#crank;
    const device = this.#device;
    return {
      state: {
        get: key => this.#read(key),
        set: (key, value) => this.#write(key, value),
        delete: key => this.#write(key, null),
        listKeys: () => this.#listKeys(),
      },
      provideNode: (kind, id) => this.#whileOpen(() => provideNode(crank, { device, kind, id })),
      send: (target, methargs) => {
        this.#insistData(methargs);
        this.#keep(() => enqueueMessage(crank, target, { methargs, result: null }));
      },
      whenDurable: act => this.#keep(() => crank.outputs.push(act)),
      vats: makeVatHooks(crank, effect => this.#keep(effect)),
    };
  }

  /** The call has returned: does what was kept back, in order. */
  finish(): void {
    this.#open = false;
    for (const [key, value] of this.#writes) writeState(this.#crank, { device: this.#device, key }, value);
    for (const effect of this.#effects) effect();
  }

  /** The call has thrown. */
  discard(): void {
    this.#open = false;
  }

  #whileOpen<Result>(act: () => Result): Result {
    if (!this.#open) throw new Error(`device ${this.#device} used a power after the call that it was given for`);
    return act();
  }

  #keep(effect: () => void): void {
    this.#whileOpen(() => this.#effects.push(effect));
  }

  #read(key: string): CapData<KRef> | undefined {
    return this.#whileOpen(() => {
      const written = this.#writes.get(key);
      if (written !== undefined) return written ?? undefined;
      return readState(this.#crank, { device: this.#device, key });
    });
  }

  #write(key: string, value: CapData<KRef> | null): void {
    if (value !== null) this.#insistData(value);
    this.#whileOpen(() => {
      // Written last, it also comes last.
      this.#writes.delete(key);
      this.#writes.set(key, value);
    });
  }

  #listKeys(): readonly string[] {
    return this.#whileOpen(() => {
      const keys = new Set(this.#crank.tables.deviceState.listKeys(this.#device));
      for (const [key, value] of this.#writes) {
        if (value === null) keys.delete(key);
        else keys.add(key);
      }
      return [...keys].sort(compareBytes);
    });
  }

  #insistData(data: CapData<KRef>): void {
    insistPassable(this.#crank, data);
  }
}

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Limits are the device's to keep; that what it cites exists is the host's. */
const insistPassable = ({ tables }: Crank, data: CapData<KRef>): void => {
  const excess = findCapDataExcess([data]);
  if (excess !== undefined) throw new Error(excess);
  for (const kref of data.slots) {
    const kind = parseKRef(kref)?.kind;
    const exists = isKernelObjectRef(kref)
      ? tables.objects.find(kref) !== undefined
      : kind === 'device' && tables.deviceNodes.find(kref as KernelDeviceRef) !== undefined;
    insistInvariant('I14', exists, () => `a device cites ${kref}`);
  }
};

/** What must not be taken for a mistake of the call: our own, and the database's. */
const insistMistake = (error: unknown): void => {
  if (error instanceof KernelPanic) throw error;
  if (error instanceof CooperageError && error.code.startsWith('ERR_DATABASE')) throw error;
};

/** A text that can be stored, of a length that can be told. */
const describeProblem = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, LIMITS.problemLength).toWellFormed();
};

/** Runs `act` on a device. Nothing of it is left when it throws. */
export const callDevice = (crank: Crank, name: string, act: Act): DeviceAnswer => {
  const device = crank.devices.get(name);
  insistInvariant('I26', device !== undefined, name);
  const session = new DeviceSession(crank, name);
  let data: CapData<KRef>;
  try {
    data = act(device, session.makePowers());
    insistPassable(crank, data);
  } catch (error) {
    session.discard();
    insistMistake(error);
    return { outcome: 'error', problem: describeProblem(error) };
  }
  session.finish();
  return { outcome: 'ok', data };
};
