/** `inspect <db>`: a kernel at a glance. */
import { type Overview, readOverview } from '@cooperage/inspector/overview';
import { breakdownText, bytesText, countText } from '../quantities.ts';
import type { Sheet } from '../sheet.ts';
import type { View } from './view.ts';

export const overviewView: View = store => {
  const answer = readOverview(store);
  return { answer, render: sheet => render(answer, sheet) };
};

const describeHistory = ({ history }: Overview): string =>
  history === null
    ? 'not kept'
    : `cranks ${history.first} to ${history.last} (--at), ${countText(history.changes, 'changed row')}`;

const render = (answer: Overview, sheet: Sheet): void => {
  const { queue, gc, rows, statistics, problems } = answer;
  const isGcIdle = gc.actions + gc.reaps + gc.cleanups === 0;
  const gcText = `${countText(gc.actions, 'action')}, ${countText(gc.reaps, 'reap')}, ${countText(gc.cleanups, 'cleanup')} to do`;
  sheet.facts([
    ['database', answer.path],
    ['size', `${bytesText(answer.bytes)}, schema version ${answer.schemaVersion}`],
    ['cranks', `${answer.cranks}, what the host put in included`],
    ['activity', answer.activityHash === '' ? 'none yet' : answer.activityHash],
    ['vats', breakdownText(answer.vats)],
    ['objects', breakdownText(answer.objects)],
    ['promises', breakdownText(answer.promises)],
    ['queue', `${queue.ready} ready, ${queue.parked} parked, ${queue.waitingForPromises} waiting for promises`],
    ['gc', isGcIdle ? 'nothing to do' : gcText],
    ['history', describeHistory(answer)],
    ['pins', breakdownText(answer.pins)],
    ['bundles', rows['bundles'] ?? 0],
    ['c-lists', countText(rows['clists'] ?? 0, 'entry', 'entries')],
    ['transcripts', countText(rows['transcripts'] ?? 0, 'delivery', 'deliveries')],
    ['vatstore', countText(rows['vatstore'] ?? 0, 'key')],
  ]);
  if (problems.length > 0) {
    sheet.heading('vats in trouble, or gone');
    sheet.table(
      [
        { title: 'vat', cell: row => row.vat },
        { title: 'name', cell: row => row.name, atMost: 30 },
        { title: 'state', cell: row => row.state },
        { title: 'problem', cell: row => row.problem, atMost: 100 },
      ],
      problems,
    );
  }
  const counters = Object.entries(statistics);
  if (counters.length === 0) return;
  sheet.heading('since the kernel was created');
  sheet.table(
    [
      { title: 'counter', cell: ([name]) => name },
      { title: 'value', cell: ([, value]) => value, align: 'right' },
    ],
    counters,
  );
};
