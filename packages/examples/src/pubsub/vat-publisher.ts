/** Tells every listener the news. Holds a listener for as long as somebody holds its subscription uncancelled. */
import { E, Far } from '@endo/far';

export type Listener = { hear(news: string): void };
export type Subscription = { cancel(): void };
export type Publisher = { subscribe(listener: Listener): Subscription };

export const buildRootObject = () => {
  const listeners = new Set<Listener>();
  return Far('publisher', {
    subscribe: (listener: Listener): Subscription => {
      listeners.add(listener);
      return Far('subscription', {
        cancel: () => {
          listeners.delete(listener);
        },
      });
    },
    /** Resolves to the number of listeners that heard it. */
    publish: async (news: string) => {
      const told = await Promise.allSettled([...listeners].map(listener => E(listener).hear(news)));
      return told.filter(({ status }) => status === 'fulfilled').length;
    },
  });
};
