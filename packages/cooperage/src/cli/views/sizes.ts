/** `inspect <db> sizes`. */
import { readSizes } from '@cooperage/inspector/sizes';
import { bytesText } from '../quantities.ts';
import type { View } from './view.ts';

export const sizesView: View = (store, request) => {
  const answer = readSizes(store, request);
  return {
    answer,
    render: sheet => {
      sheet.facts([['database', `${bytesText(answer.bytes)}, of which ${bytesText(answer.freeBytes)} free`]]);
      sheet.heading('tables');
      sheet.table(
        [
          { title: 'table', cell: row => row.table },
          { title: 'rows', cell: row => row.rows, align: 'right' },
          { title: 'size', cell: row => bytesText(row.bytes), align: 'right' },
        ],
        answer.tables,
      );
      sheet.heading('vats');
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'name', cell: row => row.name, atMost: 30 },
          { title: 'state', cell: row => row.state },
          { title: 'keys', cell: row => row.storedKeys, align: 'right' },
          { title: 'stored', cell: row => bytesText(row.storedBytes), align: 'right' },
          { title: 'deliveries', cell: row => row.transcriptRows, align: 'right' },
          { title: 'transcript', cell: row => bytesText(row.transcriptBytes), align: 'right' },
        ],
        answer.vats,
        'vats',
      );
    },
  };
};
