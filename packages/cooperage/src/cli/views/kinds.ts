/** `inspect <db> kinds`. */
import { listKinds } from '@cooperage/inspector/kinds';
import { bytesText } from '../quantities.ts';
import type { View } from './view.ts';

export const kindsView: View = (store, request) => {
  const answer = listKinds(store, request);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'vat', cell: row => row.vat },
          { title: 'name', cell: row => row.name, atMost: 30 },
          { title: 'kind', cell: row => row.kind },
          { title: 'tag', cell: row => row.tag, atMost: 40 },
          { title: 'objects', cell: row => row.objects, align: 'right' },
          { title: 'entries', cell: row => row.entries, align: 'right' },
          { title: 'rows', cell: row => row.rows, align: 'right' },
          { title: 'size', cell: row => bytesText(row.bytes), align: 'right' },
        ],
        answer,
        'kinds',
      ),
  };
};
