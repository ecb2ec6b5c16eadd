/**
 * Liveslots: the layer inside a vat that turns vrefs into objects and back, messages into method calls and `E()` into messages,
 * and keeps account of what the vat can still reach and recognize. This file wires the parts and picks the one for each delivery.
 *
 * What a vat can see and every syscall but those of a BOYD are functions of its deliveries alone; the collector shows in nothing
 * but `harvest`, which only reports. Called by the worker's supervisor.
 */
import type { VRef } from '@cooperage/protocol/refs';
import type { SuspectName } from '@cooperage/protocol/suspect-world';
import type { DeliveryOutcome, VatDelivery } from '@cooperage/protocol/worker-port';
import { describeFailure } from './describe-error.ts';
import { deliver } from './dispatch/deliver.ts';
import { deliverStartVat } from './dispatch/start-vat.ts';
import type { Fasten, Links } from './gc/links.ts';
import { type HeapMarks, makeHeapMarks } from './gc/heap-marks.ts';
import { loosen } from './gc/loosening.ts';
import { harden } from './harden.ts';
import { makeDevicePower } from './outbound/device.ts';
import { makeExit } from './outbound/exit.ts';
import type { LiveslotsOptions } from './options.ts';
import type { VatSpace } from './space.ts';
import { makeVatData } from './vat-data/vat-data.ts';
import { wireSpace } from './wire-space.ts';

/** Sizes of the tables, for tests and statistics. */
export type TableSizes = Readonly<Record<'imports' | 'exports' | 'promises' | 'recognizers' | 'watched' | 'prototypes', number>>;

export type Liveslots = {
  /** Runs the delivery's own turn and starts the vat's code. Followed, when the vat has no agency left, by `finish`. */
  readonly start: (delivery: VatDelivery) => void;
  /** How the delivery ended. */
  readonly finish: () => DeliveryOutcome;
  /** Names of what is gone from memory, in code unit order: vrefs of objects, and `w<N>`. Changes nothing. */
  readonly harvest: () => readonly string[];
  /** Stops holding what the names stand for, for the time of one collection (`gc/loosening.ts`). */
  readonly loosen: (names: readonly SuspectName[], links: Links) => Fasten;
  /** Which object is which, for a look at a heap snapshot. */
  readonly markHeap: () => HeapMarks;
  readonly inspectTables: () => TableSizes;
  /** What the tables themselves keep in memory: exports that the kernel can reach, and promises that it knows. For simulated collectors. */
  readonly listHeld: () => readonly object[];
};

const makeVatPowers = (space: VatSpace, extras: Readonly<Record<string, unknown>>): object =>
  harden({
    D: makeDevicePower(space),
    exitVat: makeExit(space, 'success'),
    exitVatWithFailure: makeExit(space, 'failure'),
    ...extras,
  });

const harvest = ({ watch, exports, promises }: VatSpace): readonly string[] => {
  const gone = watch.harvest().filter(name => !exports.isWanted(name as VRef));
  const lost = promises.harvest();
  return lost.length === 0 ? gone : [...gone, ...lost].sort();
};

const inspectTables = (space: VatSpace): TableSizes => ({
  imports: space.imports.size,
  exports: space.exports.size,
  promises: space.promises.size,
  recognizers: space.recognizers.size,
  watched: space.watch.size,
  prototypes: space.prototypes.size,
});

export const makeLiveslots = (options: LiveslotsOptions): Liveslots => {
  let stage: 'new' | 'starting' | 'running' = 'new';
  let failure: { readonly error: unknown } | undefined;
  let isUnfinished = false;
  const fail = (error: unknown): void => {
    failure ??= { error };
  };
  const { space, weak } = wireSpace(options, fail);
  const VatData = makeVatData(space);

  const startVat = (delivery: VatDelivery & { type: 'startVat' }): void => {
    if (stage !== 'new') throw new Error('the vat was started before');
    stage = 'starting';
    deliverStartVat(space, delivery.parameters, {
      incarnation: options.incarnation ?? 0,
      buildNamespace: () => options.buildNamespace({ ...weak, VatData }),
      vatPowers: makeVatPowers(space, options.vatPowers ?? {}),
    }).then(() => {
      stage = 'running';
    }, fail);
  };

  const start = (delivery: VatDelivery): void => {
    failure = undefined;
    isUnfinished = false;
    try {
      if (delivery.type === 'startVat') startVat(delivery);
      else if (stage !== 'running') throw new Error('the vat was not started');
      else isUnfinished = deliver(space, delivery);
    } catch (error) {
      fail(error);
    }
  };

  const finish = (): DeliveryOutcome => {
    if (failure === undefined && stage === 'starting') fail(new Error('buildRootObject did not finish in its delivery'));
    try {
      space.deliveryEnd.run();
      if (failure === undefined) space.rows.flush();
    } catch (error) {
      fail(error);
    }
    if (failure !== undefined) return { outcome: 'fault', problem: describeFailure(failure.error) };
    return isUnfinished ? { outcome: 'ok', unfinished: true } : { outcome: 'ok' };
  };

  return {
    start,
    finish,
    harvest: () => harvest(space),
    loosen: (names, links) => loosen(space, names, links),
    markHeap: () => makeHeapMarks(space),
    listHeld: () => [
      ...space.exports.listHeld(),
      ...space.promises.listHeld(),
      ...space.pins.listHeld(),
      ...space.collections.listHeld(),
    ],
    inspectTables: () => inspectTables(space),
  };
};
