/** `inspect <db> promises`. */
import { listPromises, type PromiseRecord } from '@cooperage/inspector/promises';
import type { View } from './view.ts';

/** Who will settle it, in a word. */
const deciderText = ({ state, decider, resultOf }: PromiseRecord): string | null => {
  if (state !== 'unresolved') return null;
  if (decider !== null) return decider;
  return resultOf === null ? 'kernel' : `kernel, for m${resultOf}`;
};

export const promisesView: View = (store, request) => {
  const answer = listPromises(store, request);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'promise', cell: row => row.ref },
          { title: 'state', cell: row => row.state },
          { title: 'decider', cell: deciderText },
          { title: 'holds', cell: row => row.holds, align: 'right' },
          { title: 'subscribers', cell: row => row.subscribers.join(' '), atMost: 30 },
          { title: 'waiting', cell: row => row.waiting, align: 'right' },
          { title: 'settled to', cell: row => row.data, atMost: 100 },
        ],
        answer,
        'promises',
      ),
  };
};
