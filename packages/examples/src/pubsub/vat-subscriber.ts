/** Listens to one publisher at a time. The listener is an object of its own, so that nobody else's reference keeps it. */
import { E, Far } from '@endo/far';
import type { Publisher, Subscription } from './vat-publisher.ts';

export const buildRootObject = () => {
  let subscription: Promise<Subscription> | undefined;
  let heard: string[] = [];
  return Far('subscriber', {
    join: async (publisher: Publisher) => {
      if (subscription !== undefined) return;
      const listener = Far('listener', {
        hear: (news: string) => {
          heard.push(news);
        },
      });
      subscription = E(publisher).subscribe(listener);
      await subscription;
    },
    leave: async () => {
      if (subscription === undefined) return;
      const cancelled = E(subscription).cancel();
      subscription = undefined;
      await cancelled;
    },
    /** What was heard since this was last asked. */
    takeNews: () => {
      const news = harden(heard);
      heard = [];
      return news;
    },
  });
};
