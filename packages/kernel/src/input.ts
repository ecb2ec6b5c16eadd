/** What the host may put into the kernel, each as the body of an input crank. Refusals are CooperageErrors and change nothing. */
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import {
  isKernelDeviceRef,
  isKernelPromiseRef,
  type KernelObjectRef,
  type KernelPromiseRef,
  type KRef,
  type VatId,
} from '@cooperage/protocol/refs';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import type { PinRow } from '@cooperage/store/tables/pins';
import type { UpgradeOutcomeRow } from '@cooperage/store/tables/upgrade-outcomes';
import type { VatRow } from '@cooperage/store/tables/vats';
import type { Crank } from './crank-state.ts';
import { addPromise, findExport } from './refs/clist.ts';
import { release, take } from './refs/refcounts.ts';
import { enqueueMessage } from './routing/enqueue.ts';
import * as lifecycle from './vats/lifecycle.ts';
import { queueUpgrade, type NewUpgrade } from './vats/upgrade-event.ts';

/** What it takes to look. */
type Reading = Pick<Crank, 'tables'> & Partial<Pick<Crank, 'dead'>>;

export type HostMessage = {
  readonly target: KernelObjectRef | KernelPromiseRef;
  readonly methargs: CapData<KRef>;
  readonly result: 'none' | 'hold';
};

export const installBundle = (crank: Crank, { id, format, content }: VatBundle): void => {
  const stored = crank.tables.bundles.find(id);
  // Of a bundle that nobody ran, pruning has left the id alone.
  if (stored === undefined || (stored.content === '' && format !== 'function'))
    crank.tables.bundles.put({ bundle: id, format, content });
};

export const createVat = (crank: Crank, spec: lifecycle.NewVat): VatId => {
  const { tables } = crank;
  insistBundle(crank, spec.bundle, spec.name);
  if (tables.vats.findByName(spec.name) !== undefined) {
    throw new CooperageError('ERR_CONFIG', `there is already a vat named "${spec.name}"`, {
      subject: spec.name,
      remedy: 'Choose another name.',
    });
  }
  for (const kref of spec.parameters.slots) insistExists(crank, kref);
  return lifecycle.createVat(crank, spec);
};

/** Queues an upgrade of a vat that lives. Returns its number. */
export const upgradeVat = (crank: Crank, spec: NewUpgrade): number => {
  insistBundle(crank, spec.bundle, insistUpgradable(crank, spec).name);
  return queueUpgrade(crank, spec);
};

/** Refuses an upgrade of what is dead, or with parameters that are gone. */
export const insistUpgradable = (crank: Reading, { vat, parameters }: NewUpgrade): VatRow => {
  const row = getVat(crank, vat);
  if (row.state === 'terminated') insistState(row, 'running');
  for (const kref of parameters?.slots ?? []) insistExists(crank, kref);
  return row;
};

/** Refuses a rehearsal of what could not be done now. */
export const insistRehearsable = (crank: Reading, spec: NewUpgrade): void => {
  const row = insistUpgradable(crank, spec);
  if (row.state === 'starting') insistState(row, 'running');
};

/** What became of an upgrade that the host asked for; told once. */
export const takeUpgradeOutcome = (crank: Crank, upgrade: number): UpgradeOutcomeRow | undefined => {
  const { upgradeOutcomes } = crank.tables;
  const row = upgradeOutcomes.find(upgrade);
  if (row !== undefined) upgradeOutcomes.delete(upgrade);
  return row;
};

export const sendMessage = (crank: Crank, { target, methargs, result }: HostMessage): KernelPromiseRef | null => {
  for (const kref of [target, ...methargs.slots]) insistExists(crank, kref);
  const promise = result === 'hold' ? addPromise(crank, null) : null;
  if (promise !== null) addPin(crank, promise, 'result');
  enqueueMessage(crank, target, { methargs, result: promise });
  return promise;
};

export const addPin = (crank: Crank, kref: KRef, reason: PinRow['reason']): void => {
  insistExists(crank, kref);
  if (crank.tables.pins.has({ kref, reason })) return;
  crank.tables.pins.add({ kref, reason });
  take(crank, kref);
};

export const deletePin = (crank: Crank, kref: KRef, reason: PinRow['reason']): void => {
  if (!crank.tables.pins.has({ kref, reason })) return;
  crank.tables.pins.delete({ kref, reason });
  release(crank, kref);
};

/** Forgets what a host held and what it was still to be told. */
export const forgetHost = (crank: Crank): void => {
  const { pins, upgradeOutcomes } = crank.tables;
  for (const { kref } of pins.listByReason('host')) deletePin(crank, kref, 'host');
  for (const { upgrade } of upgradeOutcomes.list()) upgradeOutcomes.delete(upgrade);
};

export const terminateVat = (crank: Crank, vat: VatId, problem: string): void => {
  getVat(crank, vat);
  lifecycle.terminateVat(crank, vat, problem);
};

export const suspendVat = (crank: Crank, vat: VatId, problem: string): void => {
  insistState(getVat(crank, vat), 'running');
  lifecycle.suspendVat(crank, vat, problem);
};

export const resumeVat = (crank: Crank, vat: VatId): void => {
  insistState(getVat(crank, vat), 'suspended');
  lifecycle.resumeVat(crank, vat);
};

export const scheduleReap = (crank: Crank, vat: VatId): void => {
  insistState(getVat(crank, vat), 'running');
  crank.tables.reapQueue.append(vat);
};

const insistBundle = (crank: Crank, bundle: string, name: string): void => {
  if (crank.tables.bundles.find(bundle) !== undefined) return;
  throw new CooperageError('ERR_VAT_SOURCE', `no bundle ${bundle} is installed for vat "${name}"`, { subject: bundle });
};

const getVat = (crank: Reading, vat: VatId): VatRow => {
  const row = crank.tables.vats.find(vat);
  if (row === undefined) throw new CooperageError('ERR_VAT_NOT_FOUND', `there is no vat ${vat}`, { subject: vat });
  return row;
};

const insistState = (row: VatRow, wanted: VatRow['state']): void => {
  if (row.state === wanted) return;
  throw new CooperageError('ERR_VAT_STATE', `vat "${row.name}" (${row.vat}) is ${row.state}, not ${wanted}`, {
    subject: row.name,
  });
};

/** Refuses what was collected, or never was. */
export const insistExists = (crank: Reading, kref: KRef): void => {
  const exists = isKernelPromiseRef(kref)
    ? crank.tables.promises.find(kref) !== undefined
    : isKernelDeviceRef(kref)
      ? crank.tables.deviceNodes.find(kref) !== undefined
      : isWithinReach(crank, kref as KernelObjectRef);
  // What was found dead is gone from memory, though some vat may have yet to hear of it (I28).
  if (!exists || crank.dead?.has(kref) === true)
    throw new CooperageError('ERR_REF', `nothing that can be reached is named ${kref}`, {
      subject: kref,
      remedy: 'It was collected, or never was.',
    });
};

/** Only its vat can bring an object back that was told to be dropped (I7), even while others still recognize it. */
const isWithinReach = (crank: Reading, kref: KernelObjectRef): boolean => {
  const object = crank.tables.objects.find(kref);
  return object !== undefined && (object.reachable > 0 || findExport(crank, kref)?.reachable === true);
};
