/**
 * A device for crash tests, in the kernel's own terms: it remembers, answers, wakes, fails half way, and makes, upgrades and ends vats.
 * What it is asked for first stands in its arguments: `[text, ...]`.
 */
import type { Device, DevicePowers } from '@cooperage/kernel/devices/device-port';
import { isKernelObjectRef, type KernelObjectRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import { EMPTY_CAPDATA, type CapData } from '@cooperage/protocol/capdata';
import { call } from './scripted-call.ts';

type Method = (powers: DevicePowers, args: CapData<KRef>) => CapData<KRef> | void;

const textOf = ({ body }: CapData<KRef>): string => String((JSON.parse(body.slice(1)) as unknown[])[0]);
const vatOf = (args: CapData<KRef>): VatId => textOf(args) as VatId;

const METHODS: Readonly<Record<string, Method>> = {
  keep: ({ state }, args) => state.set(`kept ${textOf(args)}`, args),
  give: ({ state }, args) => state.get(`kept ${textOf(args)}`),
  drop: ({ state }) => {
    for (const key of state.listKeys().slice(0, 2)) state.delete(key);
  },
  echo: (_powers, args) => args,
  half: ({ state, send }, args) => {
    state.set('half', args);
    for (const slot of args.slots) if (isKernelObjectRef(slot)) send(slot, call('keep', 1));
    throw new Error('half way');
  },
  wake: ({ state, send }) => {
    for (const slot of state.get('kept 1')?.slots ?? []) if (isKernelObjectRef(slot)) send(slot, call('store', 3));
  },
  create: ({ vats }, args) => {
    const [watcher] = args.slots as KernelObjectRef[];
    if (watcher === undefined) throw new Error('nobody watches');
    vats.createVat({ bundle: 'scripted', name: undefined, parameters: EMPTY_CAPDATA, options: {}, watcher });
  },
  upgrade: ({ vats }, args) => vats.upgradeVat(vatOf(args), { bundle: 'scripted', parameters: undefined, message: 'a new one' }),
  end: ({ vats }, args) => vats.terminateVat(vatOf(args), { body: '#"enough"', slots: [] }),
};

const run = (method: string, powers: DevicePowers, args: CapData<KRef>): CapData<KRef> => {
  const act = METHODS[method];
  if (act === undefined) throw new Error(`no method ${method}`);
  return act(powers, args) ?? EMPTY_CAPDATA;
};

export const crashDevice: Device = {
  call: ({ method, args }, powers) => run(method, powers, args),
  input: (name, args, powers) => run(name, powers, args),
};
