/**
 * Rebuilds a vat from its transcript, for somebody who wants to know whether it can be, or to watch it: in a worker of its own, from a
 * database that is only read. `cooperage replay` is the caller.
 */
import '@cooperage/worker/lockdown';
import { replayDelivery } from '@cooperage/kernel/vats/replay';
import type { ReplayDifference } from '@cooperage/kernel/vats/replay-difference';
import { readVatOptions } from '@cooperage/kernel/vats/options';
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatId } from '@cooperage/protocol/refs';
import type { VatBundle, VatWorker, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Tables } from '@cooperage/store/tables/tables';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import type { VatRow } from '@cooperage/store/tables/vats';
import { makeLocalLauncher } from '@cooperage/worker/kinds/local';
import { findReplayCause, type ReplayCause } from './replay-cause.ts';
import type { ConsoleSetting } from './vat-console.ts';
import { makeConsoleOption } from './vat-console.ts';
import { isVatNamespace } from './vat-source.ts';

export type ReplayRequest = {
  readonly vat: VatId;
  /** The current one when absent. */
  readonly incarnation?: number | undefined;
  /** The id of another bundle of the database than the incarnation ran. */
  readonly bundle?: string | undefined;
  /** `vats` of a config, for code that is not in the database: that of a vat given as functions. */
  readonly vats?: Readonly<Record<string, unknown>> | undefined;
  /** Where the vat's console output goes from `speakFrom` on; nowhere when absent. */
  readonly console?: ConsoleSetting | undefined;
  /** The first delivery whose console output is heard. */
  readonly speakFrom?: number | undefined;
  /** Called right before a delivery, with how many there are in all. */
  readonly onDelivery?: (row: TranscriptRow, place: { readonly number: number; readonly total: number }) => void | Promise<void>;
};

export type { ReplayCause, ReplayDifference };

export type ReplayReport = {
  readonly vat: VatId;
  readonly name: string;
  readonly incarnation: number;
  readonly bundle: string;
  /** What the incarnation ran on, as far as it is recorded, and what it was replayed on. */
  readonly recordedOn: string | null;
  readonly replayedOn: string;
  /** Deliveries that came out the same, of so many. */
  readonly replayed: number;
  readonly deliveries: number;
  readonly difference: ReplayDifference | null;
  readonly cause: ReplayCause | null;
};

type Plan = {
  readonly tables: Tables;
  readonly row: VatRow;
  readonly incarnation: number;
  readonly bundle: VatBundle;
  /** The incarnation's own bundle, where that is known. */
  readonly isOwnBundle: boolean;
  readonly recordedOn: string | null;
  readonly deliveries: number;
  readonly last: number;
};

const refuse = (subject: string, problem: string, remedy: string): never => {
  throw new CooperageError('ERR_ARGUMENT', problem, { subject, remedy });
};

const chooseBundle = (tables: Tables, row: VatRow, request: ReplayRequest): string => {
  const { incarnation = row.incarnation, bundle } = request;
  if (bundle === undefined && incarnation === row.incarnation) return row.bundle;
  const listed = tables.bundles.list().map(({ bundle: id }) => id);
  const known = listed.length === 0 ? 'the database has no bundles' : `bundles here: ${listed.join(', ')}`;
  if (bundle === undefined) {
    return refuse(row.name, `which bundle incarnation ${incarnation} of ${row.vat} ran is not recorded`, `name it; ${known}`);
  }
  const found = listed.filter(id => id.startsWith(bundle));
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : refuse(bundle, `there is no one bundle ${bundle}`, known);
};

/** What is to be replayed; refuses what the database does not have. */
const makePlan = (tables: Tables, request: ReplayRequest): Plan => {
  const row = tables.vats.find(request.vat);
  if (row === undefined)
    return refuse(request.vat, `there is no vat ${request.vat}`, 'cooperage inspect <database> vats lists them');
  const { incarnation = row.incarnation } = request;
  const kept = tables.transcripts.listIncarnations(row.vat);
  const span = kept.find(({ number }) => number === incarnation);
  if (span === undefined) {
    const listed = kept.map(({ number }) => number).join(', ');
    const has = kept.length === 0 ? 'it has no transcript' : `its transcript has incarnations ${listed}`;
    return refuse(row.name, `there is no transcript of incarnation ${incarnation} of vat ${row.name} (${row.vat})`, has);
  }
  const [first] = tables.transcripts.list(row.vat, { from: span.first, incarnation, limit: 1 });
  if (first === undefined || !first.delivery.includes('"type":"startVat"')) {
    const problem = `the transcript of incarnation ${incarnation} of vat ${row.name} (${row.vat}) has lost its beginning`;
    return refuse(row.name, problem, 'vats that are terminated lose their transcripts in cleanup: look at an older copy');
  }
  const id = chooseBundle(tables, row, request);
  const { format, content } = tables.bundles.get(id);
  const isCurrent = incarnation === row.incarnation;
  return {
    tables,
    row,
    incarnation,
    bundle: { id, format, content },
    isOwnBundle: isCurrent && id === row.bundle,
    recordedOn: isCurrent ? `${row.worker} on ${row.engine}` : null,
    deliveries: tables.transcripts.countIncarnation(row.vat, incarnation),
    last: span.last,
  };
};

/** Code of a config for a bundle that the database has no code of. */
const findFunctions = (
  { row, bundle }: Plan,
  vats: ReplayRequest['vats'] = {},
): ReadonlyMap<string, { buildRootObject: unknown }> => {
  if (bundle.format !== 'function') return new Map();
  const spec = vats[row.name] as { readonly source?: unknown } | undefined;
  const code = [spec, spec?.source].find(isVatNamespace);
  if (code !== undefined) return new Map([[bundle.id, { buildRootObject: code.buildRootObject }]]);
  throw new CooperageError('ERR_VAT_SOURCE', `vat ${row.name} (${row.vat}) was given as functions, which no database has`, {
    subject: row.name,
    remedy: 'give the config that has them',
  });
};

const runPlan = async (
  plan: Plan,
  worker: VatWorker,
  beforeEach: Hear,
): Promise<{ replayed: number; difference: ReplayDifference | null }> => {
  let replayed = 0;
  for (const row of plan.tables.transcripts.iterate(plan.row.vat, plan.incarnation)) {
    // A kernel that runs meanwhile adds to the transcript.
    if (row.position > plan.last) break;
    await beforeEach(row, replayed);
    const difference = await replayDelivery(worker, row);
    if (difference !== undefined) return { replayed, difference };
    replayed += 1;
  }
  return { replayed, difference: null };
};

type Hear = (row: TranscriptRow, number: number) => void | Promise<void>;

const runOnce = async (plan: Plan, launcher: WorkerLauncher, hear: Hear): ReturnType<typeof runPlan> => {
  const { row, incarnation, bundle } = plan;
  const { vat, name } = row;
  const { relaxDurability } = readVatOptions(row);
  launcher.setMuted?.(vat, true);
  const worker = await launcher.launch({ vat, name, incarnation, bundle, relaxDurability });
  try {
    return await runPlan(plan, worker, hear);
  } finally {
    await worker.stop();
  }
};

/** Replays one incarnation of a vat; never writes. Throws when there is nothing to replay; a difference is an answer. */
export const replayVat = async (store: ReadOnlyStore, request: ReplayRequest): Promise<ReplayReport> => {
  const plan = makePlan(store.tables(), request);
  const { row, incarnation, bundle, deliveries, recordedOn } = plan;
  const vatConsole = makeConsoleOption(request.console ?? 'silent');
  const launcher = makeLocalLauncher({
    functions: findFunctions(plan, request.vats),
    ...(vatConsole === undefined ? {} : { console: vatConsole }),
  });
  const { speakFrom = Infinity, onDelivery } = request;
  const { replayed, difference } = await runOnce(plan, launcher, (delivery, number) => {
    launcher.setMuted(row.vat, delivery.position < speakFrom);
    return onDelivery?.(delivery, { number, total: deliveries });
  });
  const cause =
    difference === null
      ? null
      : await findReplayCause({
          ...plan,
          difference,
          launcher,
          runAgain: async () => (await runOnce(plan, launcher, () => {})).difference,
        });
  return {
    vat: row.vat,
    name: row.name,
    incarnation,
    bundle: bundle.id,
    recordedOn,
    replayedOn: `${launcher.kind} on ${launcher.engine}`,
    replayed,
    deliveries,
    difference,
    cause,
  };
};
