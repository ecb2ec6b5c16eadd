/**
 * Evaluates a vat's bundle. Nothing evaluated is shared between vats.
 */
// @ts-expect-error the package ships no types
import { importBundle as untypedImportBundle } from '@endo/import-bundle';
import type { VatBundle } from '@cooperage/protocol/worker-port';

export type VatGlobals = Readonly<Record<PropertyKey, unknown>>;

type ImportBundle = (bundle: unknown, options: object) => Promise<{ readonly buildRootObject?: unknown }>;
const importBundle = untypedImportBundle as ImportBundle;

export const loadBundle = async (
  bundle: VatBundle,
  endowments: VatGlobals,
  inescapable: VatGlobals,
): Promise<{ readonly buildRootObject?: unknown }> =>
  importBundle(JSON.parse(bundle.content), {
    endowments,
    inescapableGlobalProperties: inescapable,
  });
