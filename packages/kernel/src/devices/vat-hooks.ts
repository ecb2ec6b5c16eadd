/**
 * What a device that makes vats may ask of the kernel. Refusals come at once and go to the vat that asked; what is granted is done
 * when the call has returned, and no more than that an event is queued: vats begin, change and end in cranks of their own.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { LIMITS } from '@cooperage/protocol/limits';
import { FIRST_ID, makeVatId, type VatId } from '@cooperage/protocol/refs';
import type { VatRow } from '@cooperage/store/tables/vats';
import type { Crank } from '../crank-state.ts';
import { installBundle } from '../input.ts';
import { createVat } from '../vats/lifecycle.ts';
import { mergeVatOptions, readVatOptions } from '../vats/options.ts';
import { queueUpgrade } from '../vats/upgrade-event.ts';
import { condemnVat, watchVat } from '../vats/watch.ts';
import type { VatHooks, VatOrder } from './device-port.ts';

const VAT_NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

const insistName = (name: string): string => {
  if (VAT_NAME.test(name) && name.length <= LIMITS.vatNameLength) return name;
  throw new CooperageError('ERR_CONFIG', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a vat`, {
    subject: name.slice(0, 80),
    remedy: `Names begin with a letter and go on with letters, digits, "_", "-" or ".", up to ${LIMITS.vatNameLength} characters.`,
  });
};

/** Names are unique among vats that live: one that is taken, or not given, is told apart by the vat's id. */
const chooseName = ({ tables }: Crank, vat: VatId, wanted: string | undefined): string => {
  let name = wanted === undefined ? `dynamic-${vat}` : insistName(wanted);
  while (tables.vats.findByName(name) !== undefined) name = `${name}-${vat}`;
  return name;
};

const insistBundle = ({ tables }: Crank, bundle: string): void => {
  if (tables.bundles.find(bundle) !== undefined) return;
  throw new CooperageError('ERR_VAT_SOURCE', `no bundle ${bundle} is installed`, { subject: bundle });
};

const getDynamicVat = ({ tables }: Crank, vat: VatId): VatRow => {
  const row = tables.vats.find(vat);
  if (row !== undefined && row.state !== 'terminated' && tables.dynamicVats.find(vat) !== undefined) return row;
  throw new CooperageError('ERR_VAT_NOT_FOUND', `vat ${vat} has ended`, { subject: vat });
};

const orderVat = (crank: Crank, order: VatOrder, keep: (effect: () => void) => void): VatId => {
  const { bundle, parameters, options, watcher } = order;
  insistBundle(crank, bundle);
  const vat = makeVatId(crank.tables.counters.take('vat', FIRST_ID.vat));
  const name = chooseName(crank, vat, order.name);
  const { kind: worker, engine } = crank.launcher;
  keep(() => {
    createVat(crank, { vat, name, bundle, worker, engine, parameters, options });
    watchVat(crank, vat, watcher);
  });
  return vat;
};

/** `keep` puts an effect off until the call has returned. */
export const makeVatHooks = (crank: Crank, keep: (effect: () => void) => void): VatHooks => ({
  createVat: order => orderVat(crank, order, keep),
  upgradeVat: (vat, { bundle, parameters, message }) => {
    insistBundle(crank, bundle);
    getDynamicVat(crank, vat);
    const upgrade = { vat, bundle, parameters: parameters ?? null, message, options: {} } as const;
    keep(() => queueUpgrade(crank, { ...upgrade, heap: 'stop', result: 'watcher', place: 'in turn' }));
  },
  terminateVat: (vat, reason) => {
    const row = crank.tables.vats.find(vat);
    if (row !== undefined && readVatOptions(row).critical) {
      throw new CooperageError('ERR_CRITICAL_VAT', `the critical vat "${row.name}" can be ended by the host alone`, {
        subject: row.name,
      });
    }
    keep(() => condemnVat(crank, vat, reason));
  },
  changeOptions: (vat, options) => {
    getDynamicVat(crank, vat);
    keep(() => {
      const row = crank.tables.vats.get(vat);
      crank.tables.vats.put({ ...row, options: JSON.stringify(mergeVatOptions(readVatOptions(row), options)) });
    });
  },
  installBundle: bundle => keep(() => installBundle(crank, bundle)),
  findBundleContent: bundle => crank.tables.bundles.find(bundle)?.content,
  findNamedBundle: name => crank.tables.bundleNames.find(name)?.bundle,
});
