/**
 * Evaluates a vat's bundle in compartments of the vat's own. Takes the formats of `@endo/bundle-source`.
 *
 * This is what `@endo/import-bundle` does, but for the compartment: that package would put the host's URL, atob and btoa and the
 * realm's `lockdown` on a vat's global, and there is no way to take them off again. Nothing evaluated is shared between vats, and
 * everything happens in microtasks, so that a vat starts within one delivery.
 */
import { provideArchive } from './archive-cache.ts';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { unreachable } from '@cooperage/protocol/unreachable';
import { makeVatCompartment, withCompiledModules, type CompartmentConstructor } from './compartment.ts';
import type { Endowments, VatGlobals } from './endowments.ts';

export type VatNamespace = { readonly buildRootObject?: unknown };

/** A bundle as `@endo/bundle-source` makes it; only the fields of its format are there. */
type BundleContent = { readonly endoZipBase64?: unknown; readonly source?: unknown; readonly sourceMap?: unknown };

const insistText = (text: unknown, field: string): string => {
  if (typeof text !== 'string') throw new TypeError(`the bundle has no ${field}`);
  return text;
};

const importArchive = async (
  bundle: VatBundle,
  globals: VatGlobals,
  VatCompartment: CompartmentConstructor,
): Promise<VatNamespace> => {
  const archive = await provideArchive(bundle, content =>
    insistText((JSON.parse(content) as BundleContent).endoZipBase64, 'endoZipBase64'),
  );
  // SES censors what looks like a dynamic import; a property access in brackets does not.
  const { namespace } = await archive['import']({ globals: { ...globals }, Compartment: withCompiledModules(VatCompartment) });
  return namespace as VatNamespace;
};

export const loadBundle = async (bundle: VatBundle, { globals, inescapable }: Endowments): Promise<VatNamespace> => {
  const VatCompartment = makeVatCompartment(inescapable);
  if (bundle.format === 'endoZipBase64') return importArchive(bundle, globals, VatCompartment);
  const { source, sourceMap } = JSON.parse(bundle.content) as BundleContent;
  const makeCompartment = (more: VatGlobals = {}): Compartment =>
    new VatCompartment({ globals: { ...globals, ...more }, __options__: true });
  const asExpression = (): string => `(${insistText(source, 'source')})\n${typeof sourceMap === 'string' ? sourceMap : ''}`;
  switch (bundle.format) {
    case 'nestedEvaluate': {
      const nestedEvaluate = (text: string): unknown => compartment.evaluate(text);
      const compartment: Compartment = makeCompartment({ nestedEvaluate });
      return (compartment.evaluate(asExpression()) as () => VatNamespace)();
    }
    case 'getExport':
      return (makeCompartment().evaluate(asExpression()) as () => VatNamespace)();
    case 'endoScript':
      return makeCompartment().evaluate(insistText(source, 'source')) as VatNamespace;
    case 'function':
      throw new Error('a function bundle has nothing to evaluate');
    default:
      return unreachable(bundle.format);
  }
};
