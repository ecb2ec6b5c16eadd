/** `inspect <db> queue`. */
import { listQueue, type QueueRecord } from '@cooperage/inspector/queue';
import type { View } from './view.ts';

const whatText = ({ kind, message, vat, promise }: QueueRecord): string => {
  if (message !== null) return `${message.target}${message.call}`;
  if (kind === 'notify') return `tell ${vat} about ${promise}`;
  return `${kind === 'upgrade-vat' ? 'upgrade' : 'start'} ${vat}`;
};

export const queueView: View = (store, request) => {
  const answer = listQueue(store, request);
  return {
    answer,
    render: sheet => {
      sheet.heading('run queue');
      sheet.page(
        [
          { title: 'position', cell: row => row.position, align: 'right' },
          { title: 'kind', cell: row => row.kind },
          { title: 'message', cell: row => (row.message === null ? null : `m${row.message.message}`) },
          { title: 'what', cell: whatText, atMost: 100 },
          { title: 'result', cell: row => row.message?.result },
          { title: 'parked for', cell: row => row.parkedFor },
        ],
        answer,
        'items',
      );
      sheet.heading('messages that wait for promises');
      sheet.page(
        [
          { title: 'promise', cell: row => row.promise },
          { title: 'message', cell: row => `m${row.message}` },
          { title: 'what', cell: row => `${row.target}${row.call}`, atMost: 100 },
          { title: 'result', cell: row => row.result },
        ],
        answer.waiting,
        'messages',
      );
    },
  };
};
