/** `inspect <db> vats`. */
import { listVats } from '@cooperage/inspector/vats';
import type { View } from './view.ts';

export const vatsView: View = (store, request) => {
  const answer = listVats(store, request);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'name', cell: row => row.name, atMost: 30 },
          { title: 'state', cell: row => row.state },
          { title: 'incarnation', cell: row => row.incarnation, align: 'right' },
          { title: 'exports', cell: row => row.exports, align: 'right' },
          { title: 'imports', cell: row => row.imports, align: 'right' },
          { title: 'promises', cell: row => row.promises, align: 'right' },
          { title: 'keys', cell: row => row.storedKeys, align: 'right' },
          { title: 'deliveries', cell: row => row.deliveries, align: 'right' },
          { title: 'problem', cell: row => row.problem, atMost: 60 },
        ],
        answer,
        'vats',
      ),
  };
};
