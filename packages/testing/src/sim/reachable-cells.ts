/**
 * Which cells of the coverage matrix random runs come by (`coverage.ts`), and for those of the exhaustive search that they do not, why.
 * Found by playing 1,110 scenarios of traffic; to be extended whenever a run comes by more.
 */
import type { Coverage } from '../exhaustive/coverage.ts';
import type { ClistState } from '../exhaustive/vat-view.ts';
import type { SimCoverage } from './coverage.ts';

/** By state of the c-list entry and operation: the GC actions that were queued for the object. */
const CELLS: Readonly<Record<ClistState, Readonly<Record<string, string>>>> = {
  none: {
    answer: '-',
    give: '-',
    'give settled': '-',
    'hear answer': '- DR R',
    'hear argument': '- D DR R',
    pipeline: '-',
  },
  'E+': {
    answer: '- D DR R',
    give: '- D DR R',
    'give settled': '- DR R',
    'hear answer': '- DR R',
    'hear argument': '- D DR R',
    'hear call': '- D DR R',
    'hear dropExports': 'D DR',
    'host: call': '- D DR R',
    'host: hold': '- D DR R',
    'host: release': '- D DR R',
    'host: resume': '- D DR R',
    'host: suspend': '- D DR R',
    'host: terminate': '- D DR R',
    pipeline: '- DR',
  },
  'E-': {
    answer: '- R',
    give: '- R',
    'give settled': '- R',
    'hear retireExports': 'R',
    'host: resume': '- R',
    'host: suspend': '- R',
    'host: terminate': '- R',
    pipeline: '-',
    retire: '- R',
  },
  'I+': {
    answer: '- DR R',
    call: '-',
    drop: '- D R',
    'drop, retire': '- D DR R',
    'give settled': '-',
    'hear answer': '- DR R',
    'hear argument': '- DR R',
    'host: call': '-',
    'host: hold': '- DR',
    'host: release': '-',
    'host: resume': '-',
    'host: suspend': '- DR',
    'host: terminate': '-',
    pass: '- D DR',
    pipeline: '-',
  },
  'I-': {
    'hear answer': '- D',
    'hear argument': '- D',
    'hear retireImports': '- I',
    'host: call': '- D',
    'host: hold': '- D',
    'host: release': '- D',
    'host: resume': '- D I',
    'host: suspend': '- D I',
    'host: terminate': '- D I',
    retire: '- D I',
  },
};

/** By state and by what a vat hears: the pillars of the object inside the vat. To bury is to hear in a reap that it is gone. */
const PILLARS: Readonly<Record<ClistState, Readonly<Record<string, string>>>> = {
  none: {
    'hear answer': '- M',
    'hear argument': '- M',
  },
  'E+': {
    'hear answer': 'L LR M MR',
    'hear argument': 'L LR M MR',
    'hear call': 'L LR M MR',
    'hear dropExports': 'L LR M MR',
  },
  'E-': {
    bury: '- R',
    'hear retireExports': '- L LR M MR R',
  },
  'I+': {
    bury: '- R',
    'hear answer': '- L LR M MR R',
    'hear argument': '- L LR M MR R',
  },
  'I-': {
    'hear answer': 'R',
    'hear argument': '- MR R',
    'hear retireImports': '- MR R',
  },
};

const listCells = (table: typeof CELLS): string[] =>
  (Object.keys(table) as ClistState[]).flatMap(state =>
    Object.entries(table[state]).flatMap(([operation, met]) => met.split(' ').map(one => `${state} ${one} ${operation}`)),
  );

export const REACHABLE_CELLS: readonly string[] = listCells(CELLS);
export const REACHABLE_PILLARS: readonly string[] = listCells(PILLARS);

/** Cells of the exhaustive search, whose vats do whatever is legal and much that is not. */
export const OUT_OF_REACH: readonly { readonly cells: RegExp; readonly why: string }[] = [
  { cells: / illegally /, why: 'liveslots never breaks the protocol' },
  { cells: / keep$/, why: 'what a vat sends to itself does not leave it' },
  {
    cells: / abandon$/,
    why: 'liveslots abandons exports in an upgrade only, and no vat is upgraded in the scenarios that are measured',
  },
  {
    cells: / (retire, give|pass, drop, retire)$/,
    why: 'liveslots drops and retires in a reap, in which no code of the vat runs',
  },
  {
    cells: /^none R (answer|give|give settled|pipeline)$/,
    why: 'an object that was retired has a new name when it is sent again',
  },
  {
    cells: /^E- DR? /,
    why: 'no code of a vat runs in the delivery that tells it of a drop, and afterwards that drop is not queued',
  },
  { cells: /^E- [-R] host: (call|hold)$/, why: 'the host of a simulation asks only for what can be had' },
];

/**
 * Cells that a simulation could come by and has not. Each takes two rare things at once: an object that is wanted again while what its
 * vat was to be told of it still waits, or a weak key whose last user goes, and just then this.
 */
export const NOT_MET: readonly string[] = listCells({
  none: {},
  'E+': {},
  'E-': {
    pipeline: 'R',
  },
  'I+': {
    'give settled': 'R',
    'host: call': 'DR',
    'host: hold': 'R',
    'host: resume': 'R',
    'host: suspend': 'R',
    pass: 'R',
  },
  'I-': {
    'hear argument': 'R',
    'host: resume': 'DR R',
    'host: suspend': 'DR R',
    retire: 'DR R',
  },
});

/** What a run came by that is not in the tables above: they want to be extended. */
export const listNews = ({ cells, pillars }: SimCoverage): string[] => {
  const news = (coverage: Coverage, expected: readonly string[]): string[] =>
    coverage.list().flatMap(([cell]) => (expected.includes(cell) ? [] : [cell]));
  return [...news(cells, REACHABLE_CELLS), ...news(pillars, REACHABLE_PILLARS).map(markPillars)];
};

const markPillars = (cell: string): string => `${cell} (pillars)`;

/** What a run did not come by, although it could have. */
export const listUnvisited = ({ cells, pillars }: SimCoverage): string[] => {
  const missing = (coverage: Coverage, expected: readonly string[]): string[] => expected.filter(cell => !coverage.has(cell));
  return [...missing(cells, REACHABLE_CELLS), ...missing(pillars, REACHABLE_PILLARS).map(markPillars)];
};

/** Cells as text, one line for each state and operation. */
export const describeCells = (cells: readonly string[]): string[] => {
  const lines = new Map<string, string[]>();
  for (const cell of cells) {
    const [state = '', met = '', ...operation] = cell.split(' ');
    const line = `${state.padEnd(4)} ${operation.join(' ')}`;
    lines.set(line, [...(lines.get(line) ?? []), met]);
  }
  return [...lines].map(([line, met]) => `${line.padEnd(36)}${met.join(' ')}`);
};
