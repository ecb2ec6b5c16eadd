/**
 * A device in object style: methods that take and give values, over the kernel's device port, which carries capdata. References are
 * inert stand-ins that mean something during one call only: whatever the device is to keep, it keeps in its state.
 */
import type { Device, DeviceCall, DevicePowers as Port } from '@cooperage/kernel/devices/device-port';
import { makeKernelMarshal, type KernelMarshal } from '@cooperage/marshal/kernel-marshal';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelObjectRef, type KernelObjectRef, type KRef } from '@cooperage/protocol/refs';
import { Remotable } from '@endo/pass-style';
import { encodeHostValue } from '../host-values.ts';
import type { DeviceMemory, DeviceMethods, DevicePowers, MakeDevice } from './device-source.ts';

/** Gives the methods of the root node of a device that may use all that the bench has. */
export type Outfit = (bench: DeviceBench) => DeviceMethods;

/** The references of one call, one object each. */
class Call {
  readonly port: Port;
  readonly marshal: KernelMarshal;
  readonly #standIns = new Map<KRef, object>();
  readonly #krefs = new Map<object, KRef>();

  constructor(port: Port) {
    this.port = port;
    this.marshal = makeKernelMarshal({
      standInForObject: (kref, iface) => this.provideStandIn(kref, iface),
      krefForObject: value => this.#krefs.get(value),
    });
  }

  provideStandIn(kref: KRef, iface: string | undefined): object {
    const known = this.#standIns.get(kref);
    if (known !== undefined) return known;
    const standIn = Remotable<object, string>(iface ?? 'Remotable', undefined, {});
    this.#standIns.set(kref, standIn);
    this.#krefs.set(standIn, kref);
    return standIn;
  }

  findKref(value: unknown): KRef | undefined {
    return typeof value === 'object' && value !== null ? this.#krefs.get(value) : undefined;
  }

  encode(value: unknown): CapData<KRef> {
    return encodeHostValue(value, {
      findStandIn: object => (this.#krefs.has(object) ? object : undefined),
      toCapData: this.marshal.krefsToCapData,
    });
  }
}

const hasMethod = (methods: object, name: string): methods is Record<string, (...args: unknown[]) => unknown> =>
  Object.hasOwn(methods, name) && typeof (methods as Record<string, unknown>)[name] === 'function';

export class DeviceBench implements Device {
  readonly name: string;
  readonly #nodes = new Map<string, (id: string) => DeviceMethods>();
  readonly #inputs = new Map<string, (...args: never[]) => unknown>();
  #call: Call | undefined;

  /** Makes the device. No call is open yet: being made is no event, and leaves nothing behind. */
  constructor(name: string, outfit: Outfit) {
    this.name = name;
    const root = outfit(this);
    this.#nodes.set('root', () => root);
  }

  call({ kind, id, method, args }: DeviceCall, port: Port): CapData<KRef> {
    const makeMethods = this.#nodes.get(kind);
    if (makeMethods === undefined) throw new Error(`device ${this.name} defines no nodes of kind ${JSON.stringify(kind)}`);
    return this.#during(port, call => {
      const methods = makeMethods(id);
      if (!hasMethod(methods, method)) {
        const names = Object.keys(methods).filter(name => hasMethod(methods, name));
        throw new TypeError(`device ${this.name} has no method ${JSON.stringify(method)}, has ${JSON.stringify(names.sort())}`);
      }
      return methods[method]?.(...(call.marshal.capDataToValue(args) as unknown[]));
    });
  }

  input(name: string, args: CapData<KRef>, port: Port): CapData<KRef> {
    const handler = this.#inputs.get(name);
    if (handler === undefined) {
      throw new TypeError(`it takes no such input; it takes ${JSON.stringify([...this.#inputs.keys()].sort())}`);
    }
    return this.#during(port, call => handler(...(call.marshal.capDataToValue(args) as never[])));
  }

  /** What the kernel gives this call. Throws between calls. */
  get port(): Port {
    return this.#insistCall().port;
  }

  encode(value: unknown): CapData<KRef> {
    return this.#insistCall().encode(value);
  }

  /** The object that a reference stands for. */
  objectOf(value: unknown): KernelObjectRef {
    const kref = this.#insistCall().findKref(value);
    if (kref === undefined || !isKernelObjectRef(kref)) throw new TypeError('an object of a vat is needed here');
    return kref;
  }

  readonly state: DeviceMemory = {
    get: key => {
      const { port, marshal } = this.#insistCall();
      const data = port.state.get(key);
      return data === undefined ? undefined : marshal.capDataToValue(data);
    },
    has: key => this.port.state.get(key) !== undefined,
    set: (key, value) => this.port.state.set(key, this.encode(value)),
    delete: key => this.port.state.delete(key),
    keys: () => this.port.state.listKeys(),
  };

  readonly send: DevicePowers['send'] = (target, method, args = []) => {
    this.port.send(this.objectOf(target), this.encode([method, args]));
  };

  readonly whenDurable: DevicePowers['whenDurable'] = act => this.port.whenDurable(act);

  readonly defineNode: DevicePowers['defineNode'] = (kind, makeMethods) => {
    if (this.#nodes.has(kind) || kind === 'root') throw new Error(`device ${this.name} has nodes of kind "${kind}" already`);
    this.#nodes.set(kind, makeMethods);
    return id => this.#insistCall().provideStandIn(this.port.provideNode(kind, id), `Alleged: device ${this.name} ${kind}`);
  };

  readonly defineInput: DevicePowers['defineInput'] = (name, handler) => void this.#inputs.set(name, handler);

  #during(port: Port, act: (call: Call) => unknown): CapData<KRef> {
    const call = new Call(port);
    this.#call = call;
    try {
      return call.encode(act(call));
    } finally {
      this.#call = undefined;
    }
  }

  #insistCall(): Call {
    if (this.#call !== undefined) return this.#call;
    throw new Error(`device ${this.name} is not being called: it has powers during a call only`);
  }
}

/** A device of the host's own. */
export const makeObjectDevice = (
  name: string,
  makeDevice: MakeDevice,
  { parameters, endowments }: { readonly parameters: unknown; readonly endowments: unknown },
): Device =>
  new DeviceBench(name, ({ state, send, whenDurable, defineNode, defineInput }) =>
    makeDevice({ parameters, endowments, state, send, whenDurable, defineNode, defineInput } as Parameters<MakeDevice>[0]),
  );
