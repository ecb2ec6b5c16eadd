/** `inspect <db> objects`. */
import { listObjects } from '@cooperage/inspector/objects';
import type { View } from './view.ts';

export const objectsView: View = (store, request) => {
  const answer = listObjects(store, request);
  return {
    answer,
    render: sheet =>
      sheet.page(
        [
          { title: 'object', cell: row => row.ref },
          { title: 'owner', cell: row => row.owner },
          { title: 'name', cell: row => row.ownerName, atMost: 30 },
          { title: 'vref', cell: row => row.vref },
          { title: 'state', cell: row => row.state },
          { title: 'reachable', cell: row => row.reachable, align: 'right' },
          { title: 'recognizable', cell: row => row.recognizable, align: 'right' },
          { title: 'importers', cell: row => row.importers.join(' '), atMost: 40 },
        ],
        answer,
        'objects',
      ),
  };
};
