/** The end of every delivery that carried data: subscribe to the promises that it introduced and did not settle. */
import type { VatSpace } from '../space.ts';

export const subscribeToNews = ({ promises, syscalls }: VatSpace): void => {
  for (const vpid of promises.takeUnsubscribed()) syscalls.subscribe(vpid);
};
