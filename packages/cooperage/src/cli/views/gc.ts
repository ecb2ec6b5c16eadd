/** `inspect <db> gc`. */
import { readGc } from '@cooperage/inspector/gc';
import type { View } from './view.ts';

const dueText = (dueAfter: unknown): string => {
  const { deliveries = '?', krefs = '?' } = (dueAfter ?? {}) as { deliveries?: unknown; krefs?: unknown };
  return `${String(deliveries)} / ${String(krefs)}`;
};

export const gcView: View = (store, request) => {
  const answer = readGc(store, request);
  return {
    answer,
    render: sheet => {
      sheet.heading('what vats will be told');
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'action', cell: row => row.action },
          { title: 'object', cell: row => row.ref },
        ],
        answer,
        'actions',
      );
      sheet.heading('vats in line');
      sheet.facts([
        ['bring out your dead', answer.reaps.join(' ') || 'none'],
        ['go on with that', answer.unfinished.join(' ') || 'none'],
        ['cleanup', answer.cleanups.join(' ') || 'none'],
      ]);
      sheet.heading('dirt since the last BOYD');
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'name', cell: row => row.name, atMost: 30 },
          { title: 'state', cell: row => row.state },
          { title: 'deliveries', cell: row => row.deliveries, align: 'right' },
          { title: 'krefs', cell: row => row.krefs, align: 'right' },
          { title: 'due after', cell: row => dueText(row.dueAfter) },
          { title: 'in line', cell: row => row.reap, align: 'right' },
        ],
        answer.dirt,
        'vats',
      );
    },
  };
};
