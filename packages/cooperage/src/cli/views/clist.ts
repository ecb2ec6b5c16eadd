/** `inspect <db> clist <vat>`. */
import { listClist } from '@cooperage/inspector/clist';
import type { View } from './view.ts';

export const clistView: View = (store, request) => {
  const answer = listClist(store, request.subject, request);
  const { vat, name, state } = answer.vat;
  return {
    answer,
    render: sheet => {
      sheet.heading(`${vat} ${name} (${state})`);
      sheet.page(
        [
          { title: 'kref', cell: row => row.kref },
          { title: 'vref', cell: row => row.vref },
          { title: 'direction', cell: row => row.direction },
          { title: 'reachable', cell: row => row.reachable },
          { title: 'from', cell: row => row.from },
        ],
        answer,
        'entries',
      );
    },
  };
};
