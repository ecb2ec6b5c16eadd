/** Compares a config with the database that it is to go on with, and says exactly where they part. Nothing has been changed yet. */
import { completeVatOptions } from '@cooperage/kernel/vats/options';
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import type { WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { VatRow } from '@cooperage/store/tables/vats';
import { readBootstrap } from './bootstrap.ts';
import { VAT_ADMIN } from './config.ts';
import type { PreparedVat } from './prepare-vat.ts';

export type Given = {
  readonly database: string;
  /** Undefined: the config leaves the vats to the database. */
  readonly vats: readonly PreparedVat[] | undefined;
  readonly bootstrap: string | undefined;
  readonly sources: 'given' | 'stored';
};

/** What the database says about the config that it was begun with. */
export type StoredConfig = { readonly vats: readonly string[] };

const refuse = (database: string, subject: string, difference: string, remedy: string): never => {
  throw new CooperageError('ERR_CONFIG', `the config contradicts ${database}: ${difference}`, { subject, remedy });
};

const OR_NEW = 'or begin with a new database.';

const insistSameVat = (given: Given, vat: PreparedVat, row: VatRow): void => {
  const { database, sources } = given;
  const { name } = vat;
  // The source of vatAdmin comes with the version of Cooperage: an upgrade changes it, not an opening.
  if (vat.bundle !== undefined && sources !== 'stored' && name !== VAT_ADMIN && vat.bundle.id !== row.bundle) {
    const short = (id: string): string => (id.length > 20 ? `${id.slice(0, 15)}...` : id);
    const difference = `the source of vat "${name}" has changed (stored ${short(row.bundle)}, given ${short(vat.bundle.id)})`;
    refuse(
      database,
      name,
      difference,
      `To give the vat the new source, open with sources: 'stored' and call kernel.upgradeVat("${name}", { source }), or use ` +
        `cooperage upgrade; to go on with the stored one, give sources: 'stored', put the old source back, ${OR_NEW}`,
    );
  }
  if (vat.parameters.body !== row.parametersBody) {
    refuse(
      database,
      name,
      `the parameters of vat "${name}" have changed`,
      `A vat keeps its parameters until it is upgraded: put the old ones back, leave out \`vats\` and call ` +
        `kernel.upgradeVat("${name}", { parameters }), ${OR_NEW}`,
    );
  }
  const wanted = canonicalJson(completeVatOptions(vat.settings));
  const stored = canonicalJson(JSON.parse(row.options));
  if (wanted !== stored) {
    const difference = `the options of vat "${name}" have changed (stored ${stored}, given ${wanted})`;
    refuse(
      database,
      name,
      difference,
      `A vat keeps its options until it is upgraded: put the old ones back, leave out \`vats\` and call ` +
        `kernel.upgradeVat("${name}", options), ${OR_NEW}`,
    );
  }
};

/** Throws ERR_CONFIG for the first difference. */
export const insistNoContradiction = (tables: Tables, given: Given, stored: StoredConfig): void => {
  const { database, vats, bootstrap } = given;
  const storedBootstrap = readBootstrap(tables)?.vat;
  if ((vats !== undefined || bootstrap !== undefined) && bootstrap !== storedBootstrap) {
    const say = (name: string | undefined): string => (name === undefined ? 'none' : `"${name}"`);
    const difference = `bootstrap is ${say(bootstrap)}, but the kernel began with ${say(storedBootstrap)}`;
    refuse(database, bootstrap ?? 'bootstrap', difference, `Bootstrap happens once: put the old name back, ${OR_NEW}`);
  }
  if (vats === undefined) return;
  for (const vat of vats) {
    const row = tables.vats.findByName(vat.name);
    if (row !== undefined) insistSameVat(given, vat, row);
    else if (!stored.vats.includes(vat.name)) {
      const remedy = 'Leave it out of the config, and make it in the running kernel with kernel.installVat(name, spec).';
      refuse(database, vat.name, `vat "${vat.name}" is not in the database`, remedy);
    }
  }
  for (const name of stored.vats) {
    if (vats.some(vat => vat.name === name) || tables.vats.findByName(name) === undefined) continue;
    const remedy =
      'Put it back, and end it in the running kernel with kernel.terminateVat(name, reason); or leave out `vats` altogether.';
    refuse(database, name, `vat "${name}" is in the database, but not in the config`, remedy);
  }
};

const majorOf = (engine: string): string => /^[^.]*/.exec(engine)?.[0] ?? engine;

/** Whether a vat has lived on what this launcher gives: the same kind of worker, and the same major version of the engine. */
export const isSameEngine = (row: Pick<VatRow, 'worker' | 'engine'>, launcher: WorkerLauncher): boolean =>
  row.worker === launcher.kind && majorOf(row.engine) === majorOf(launcher.engine);

/** A vat's heap is rebuilt by replay, which another engine need not do in the same way. */
export const insistSameEngine = (tables: Tables, launcher: WorkerLauncher): void => {
  for (const row of tables.vats.list()) {
    if (row.state === 'terminated' || isSameEngine(row, launcher)) continue;
    throw new CooperageError(
      'ERR_ENGINE',
      `vat "${row.name}" has lived in a ${row.worker} worker on ${row.engine}; this is ${launcher.kind} on ${launcher.engine}`,
      {
        subject: row.name,
        remedy: 'Use the engine it has lived on, or give allowOtherEngine: true and accept that its replay may diverge.',
      },
    );
  }
};

/** Code of this process cannot be in the database: it must be given again. */
export const insistFunctions = (tables: Tables, functions: ReadonlyMap<string, unknown>): void => {
  for (const row of tables.vats.list()) {
    if (row.state === 'terminated' || !row.bundle.startsWith('function:') || functions.has(row.bundle)) continue;
    throw new CooperageError('ERR_CONFIG', `vat "${row.name}" is a function of its host, and was not given`, {
      subject: row.name,
      remedy: `Give vats: { ${row.name}: { buildRootObject } } again: the database does not have its code.`,
    });
  }
};
