/**
 * Which cells of the matrix a search visits: for each state of a vat's c-list entry and each operation, the GC actions that were queued
 * for the object (in the letters of `coverage.ts`), the one in hand included. A search that no longer comes by one of these has lost
 * something. To be extended whenever a search finds more.
 */
import type { Coverage } from './coverage.ts';
import type { ClistState } from './vat-view.ts';

const EXPECTED: Readonly<Record<ClistState, Readonly<Record<string, string>>>> = {
  none: {
    answer: '- R',
    give: '- R',
    'give settled': '- R',
    'hear answer': '- R',
    'hear argument': '- R',
    'illegally call': '-',
    'illegally disown': '- R',
    'illegally drop': '-',
    'illegally pass': '-',
    'illegally retire': '- R',
    keep: '- R',
    pipeline: '- R',
  },
  'E+': {
    abandon: '- DR R',
    answer: '-',
    give: '- DR R',
    'give settled': '-',
    'hear answer': '-',
    'hear argument': '-',
    'hear call': '-',
    'hear dropExports': 'D DR',
    'host: call': '- D DR R',
    'host: hold': '- D DR R',
    'host: release': '- D DR R',
    'host: resume': '- D DR R',
    'host: suspend': '- D DR R',
    'host: terminate': '- D DR R',
    'illegally drop': '-',
    'illegally retire': '-',
    keep: '- DR R',
    pipeline: '-',
  },
  'E-': {
    abandon: '- D DR',
    answer: '- D DR',
    give: '- D DR R',
    'give settled': '- D DR',
    'hear retireExports': 'R',
    'host: call': '- R',
    'host: hold': '- R',
    'host: resume': '- R',
    'host: suspend': '- R',
    'host: terminate': '- R',
    'illegally drop': '- D DR',
    keep: '- D DR',
    pipeline: '- D DR',
    retire: '- D DR R',
    'retire, give': '- D DR',
  },
  'I+': {
    answer: '-',
    call: '-',
    drop: '- R',
    'drop, retire': '- R',
    'give settled': '- R',
    'hear answer': '-',
    'hear argument': '- R',
    'host: call': '-',
    'host: hold': '-',
    'host: release': '-',
    'host: resume': '- R',
    'host: suspend': '- R',
    'host: terminate': '-',
    'illegally disown': '-',
    'illegally drop twice': '-',
    'illegally retire': '-',
    'illegally use dropped': '-',
    pass: '- R',
    'pass, drop, retire': '- R',
    pipeline: '-',
  },
  'I-': {
    'hear answer': '-',
    'hear argument': '- R',
    'hear retireImports': 'I',
    'host: call': '- D',
    'host: hold': '- D',
    'host: release': '- D',
    'host: resume': '- D DR I R',
    'host: suspend': '- D DR I R',
    'host: terminate': '- D I',
    'illegally call': '- D',
    'illegally disown': '- D',
    'illegally pass': '- D',
    retire: '- D DR I R',
  },
};

/** What may be queued for an object while a vat's entry for it is in this state. */
const QUEUED: Readonly<Record<ClistState, readonly string[]>> = {
  none: ['-'],
  'E+': ['-', 'D', 'DR', 'R'],
  'E-': ['-', 'R'],
  'I+': ['-', 'D', 'R'],
  'I-': ['-', 'D', 'DR', 'I', 'R'],
};

const listCells = (queuedOf: (state: ClistState, operation: string) => readonly string[]): string[] =>
  (Object.keys(EXPECTED) as ClistState[]).flatMap(state =>
    Object.keys(EXPECTED[state]).flatMap(operation =>
      queuedOf(state, operation).map(queued => `${state} ${queued} ${operation}`),
    ),
  );

/** Cells that every run must visit. */
export const EXPECTED_CELLS: readonly string[] = listCells((state, operation) => (EXPECTED[state][operation] ?? '').split(' '));

/**
 * Cells that were not visited, although their state, operation and queue each occur, one line per state and operation. Most cannot be:
 * GC actions go before messages, so what a vat hears in a message seldom meets any.
 */
export const listUnvisited = (coverage: Coverage): string[] => {
  const lines = new Map<string, string[]>();
  for (const cell of listCells(state => QUEUED[state]).filter(name => !coverage.has(name))) {
    const [state = '', queued = '', ...operation] = cell.split(' ');
    const line = `${state.padEnd(4)} ${operation.join(' ')}`;
    lines.set(line, [...(lines.get(line) ?? []), queued]);
  }
  return [...lines].map(([line, queued]) => `${line.padEnd(32)}${queued.join(' ')}`);
};
