/** `inspect <db> vats`: a table for 80 columns, unless names or problems are long; `--full` has all. */
import { listVats, type VatRecord } from '@cooperage/inspector/vats';
import type { View } from './view.ts';

export const vatsView: View = (store, request) => {
  const answer = listVats(store, request);
  const hasProblems = answer.rows.some(({ problem }) => problem !== null);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'name', cell: row => row.name, atMost: 30 },
          { title: 'state', cell: row => row.state },
          { title: 'inc', cell: row => row.incarnation, align: 'right' },
          { title: 'exports', cell: row => row.exports, align: 'right' },
          { title: 'imports', cell: row => row.imports, align: 'right' },
          ...(sheet.full ? [{ title: 'promises', cell: (row: VatRecord) => row.promises, align: 'right' } as const] : []),
          { title: 'keys', cell: row => row.storedKeys, align: 'right' },
          { title: 'deliveries', cell: row => row.deliveries, align: 'right' },
          ...(hasProblems ? [{ title: 'problem', cell: (row: VatRecord) => row.problem, atMost: 60 }] : []),
        ],
        answer,
        'vats',
      ),
  };
};
