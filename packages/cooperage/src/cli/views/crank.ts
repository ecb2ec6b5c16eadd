/** `inspect <db> crank <n>`. */
import { type CrankRecord, readCrank, type RowChangeRecord } from '@cooperage/inspector/crank';
import { EXIT, Failure } from '../failure.ts';
import type { Sheet } from '../sheet.ts';
import { renderRecord } from './transcript.ts';
import type { View } from './view.ts';

const parseCrank = (text: string): number => {
  if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  throw new Failure(EXIT.usage, `${JSON.stringify(text)} is not the number of a crank`, {
    remedy: 'cooperage inspect <database> crank 12',
  });
};

export const crankView: View = (store, request) => {
  const answer = readCrank(store, parseCrank(request.subject), request);
  return { answer, render: sheet => render(answer, sheet) };
};

const render = ({ crank, remembered, deliveries, changes }: CrankRecord, sheet: Sheet): void => {
  sheet.facts([
    ['crank', crank],
    [
      'work',
      remembered === null ? 'not remembered' : `${remembered.kind}${remembered.vat === null ? '' : ` for ${remembered.vat}`}`,
    ],
    ['crank hash', remembered?.crankHash ?? 'not remembered'],
    ['activity', remembered?.activityHash ?? 'not remembered'],
  ]);
  for (const { vat, name, ...record } of deliveries) {
    sheet.heading(`delivered to ${vat} ${name}`);
    renderRecord(record, sheet);
  }
  sheet.heading('rows that it changed');
  if (remembered === null) sheet.note('not remembered: a kernel keeps them that is opened with the option history');
  else
    sheet.page(
      [
        { title: 'table', cell: row => row.table },
        { title: 'key', cell: row => Object.values(row.key).join(' '), atMost: 40 },
        { title: 'change', cell: describeChange, atMost: 120 },
      ],
      changes,
      'changed rows',
    );
};

const describeRow = (row: RowChangeRecord['after'][number]): string =>
  Object.entries(row)
    .map(([column, value]) => `${column} ${JSON.stringify(value)}`)
    .join(', ');

/** For a row that stays: the columns that differ. */
const describeChange = ({ key, before, after }: RowChangeRecord): string => {
  const [was, is] = [before[0], after[0]];
  if (was === undefined) return `new: ${after.map(describeRow).join('; ')}`;
  if (is === undefined) return `gone: ${before.map(describeRow).join('; ')}`;
  if (before.length > 1 || after.length > 1)
    return `${before.map(describeRow).join('; ')} -> ${after.map(describeRow).join('; ')}`;
  return Object.keys(is)
    .filter(column => is[column] !== was[column] && !(column in key))
    .map(column => `${column} ${JSON.stringify(was[column])} -> ${JSON.stringify(is[column])}`)
    .join(', ');
};
