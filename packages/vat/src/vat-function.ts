/**
 * Looks up a function of `globalThis.VatData` when it is called, so that these modules may be imported before, or outside of, any vat.
 */
export const getVatFunction = <Fn>(name: string): Fn => {
  const { VatData } = globalThis as { readonly VatData?: Readonly<Record<string, unknown>> };
  const found = VatData?.[name];
  if (typeof found === 'function') return found as Fn;
  throw new Error(
    `${name} is there only inside a vat: call it from the source of a vat that a kernel runs. ` +
      'A vat that is handed over as functions finds it in vatPowers.VatData',
  );
};
