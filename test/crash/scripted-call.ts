/** A call for a scripted vat: a method with a number or a text, and refs. */
import type { CapData } from '@cooperage/protocol/capdata';

export const call = <Ref extends string>(method: string, what: number | string, ...slots: Ref[]): CapData<Ref> => ({
  body: `#${JSON.stringify([method, [what, ...slots.map((_, i) => `$${i}`)]])}`,
  slots,
});
