/** `inspect <db> stats`: the same figures as `kernel.stats()` has of its database, for people, programs and Prometheus. */
import { readOverview } from '@cooperage/inspector/overview';
import { overviewToPrometheus } from '@cooperage/inspector/prometheus';
import type { View } from './view.ts';

export const statsView: View = (store, { prometheus = false }) => {
  const overview = readOverview(store);
  const { cranks, activityHash, statistics: counters, rows, bytes, queue, vats, objects } = overview;
  return {
    answer: { cranks, activityHash, bytes, counters, rows, queue, vats, objects },
    render: sheet => {
      if (prometheus) {
        for (const line of overviewToPrometheus(overview).trimEnd().split('\n')) sheet.verbatim(line);
        return;
      }
      sheet.facts([
        ['cranks', cranks],
        ['activity', activityHash === '' ? 'none yet' : activityHash],
      ]);
      sheet.heading('since the kernel was created');
      sheet.table(COLUMNS('counter'), Object.entries(counters));
      sheet.heading('rows');
      sheet.table(COLUMNS('table'), Object.entries(rows));
    },
  };
};

const COLUMNS = (title: string) =>
  [
    { title, cell: ([name]: [string, number]) => name },
    { title: 'value', cell: ([, value]: [string, number]) => value, align: 'right' },
  ] as const;
