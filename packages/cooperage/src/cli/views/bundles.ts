/** `inspect <db> bundles`. */
import { listBundles } from '@cooperage/inspector/bundles';
import { bytesText } from '../quantities.ts';
import type { View } from './view.ts';

export const bundlesView: View = (store, request) => {
  const answer = listBundles(store, request);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'bundle', cell: row => row.bundle, atMost: 24 },
          { title: 'format', cell: row => row.format },
          { title: 'size', cell: row => bytesText(row.bytes), align: 'right' },
          { title: 'names', cell: row => row.names.join(' '), atMost: 40 },
          { title: 'vats', cell: row => row.vats.join(' '), atMost: 40 },
        ],
        answer,
        'bundles',
      ),
  };
};
