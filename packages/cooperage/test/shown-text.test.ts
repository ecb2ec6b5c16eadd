/** How text is made safe and fitted, without a process. */
import test from 'ava';
import { countText, breakdownText, bytesText } from '../src/cli/quantities.ts';
import { escapeText, shorten, toJsonText, widthOf } from '../src/cli/safe-text.ts';
import { type Column, renderTable } from '../src/cli/table.ts';
import { Terminal } from '../src/cli/terminal.ts';

const HOSTILE = 'a\u001b[2J\u0007\u009b\u202e\u2066\u200d\u2028\ud800\r\n\tz';

test('every character that could act on a terminal becomes visible', t => {
  t.is(escapeText(HOSTILE), 'a\\u{1b}[2J\\u{7}\\u{9b}\\u{202e}\\u{2066}\\u{200d}\\u{2028}\\u{d800}\\r\\n\\tz');
  t.is(escapeText('plain, größer, 漢字, 🪣'), 'plain, größer, 漢字, 🪣');
});

test('JSON text is harmless and parses to the same', t => {
  const value = { [HOSTILE]: [HOSTILE, 1, null, '🪣'] };
  const text = toJsonText(value);
  t.false(/[^\n\P{C}]|[\u2028\u2029]/u.test(text));
  t.deepEqual(JSON.parse(text), value);
});

test('texts are cut by what they take on a terminal, never through a character', t => {
  t.is(shorten('abcdef', 6), 'abcdef');
  t.is(shorten('abcdefg', 6), 'abcde…');
  t.is(shorten('漢字漢字', 8), '漢字漢字');
  t.is(shorten('漢字漢字', 7), '漢字漢…');
  t.is(shorten('漢字漢字', 6), '漢字…');
  t.is(shorten('🪣🪣🪣', 3), '🪣…');
  t.is(widthOf(shorten('é'.repeat(99), 10)), 10);
});

type Row = { readonly id: string; readonly text: string; readonly count: number | null };
const COLUMNS: readonly Column<Row>[] = [
  { title: 'id', cell: row => row.id },
  { title: 'text', cell: row => row.text, atMost: 30 },
  { title: 'count', cell: row => row.count, align: 'right' },
];
const ROWS: readonly Row[] = [
  { id: 'ko1', text: '漢字', count: 5 },
  { id: 'ko1000000', text: 'x'.repeat(99), count: null },
];
const render = (width: number, full = false) => renderTable(COLUMNS, ROWS, { width, full, styleTitle: text => text });

test('tables are aligned, and cut only texts', t => {
  t.deepEqual(render(Infinity).lines, [
    'id         text                            count',
    `ko1        漢字                                5`,
    `ko1000000  ${'x'.repeat(29)}…      -`,
  ]);
  t.is(render(Infinity).shortened, 1);
  t.deepEqual(render(24).lines, ['id         text    count', 'ko1        漢字        5', 'ko1000000  xxxxx…      -']);
  t.true(render(10, true).lines.some(line => line.includes('x'.repeat(99))));
});

test('a table that does not fit becomes a list of records', t => {
  const { lines, shortened } = render(20);
  t.deepEqual(lines, ['id     ko1', 'text   漢字', 'count  5', '', 'id     ko1000000', `text   ${'x'.repeat(12)}…`, 'count  -']);
  t.is(shortened, 1);
  t.true(lines.every(line => widthOf(line) <= 20));
});

test('quantities read as people say them', t => {
  t.deepEqual([0, 999, 1000, 999_949, 999_950, 1_234_567_890].map(bytesText), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '1.2 GB',
  ]);
  t.deepEqual(
    [countText(1, 'crank'), countText(0, 'crank'), countText(2, 'entry', 'entries')],
    ['1 crank', '0 cranks', '2 entries'],
  );
  t.deepEqual([breakdownText({}), breakdownText({ running: 2, gone: 0, dead: 1 })], ['none', '2 running, 1 dead']);
});

/** What a heading looks like when standard output is, or is not, a terminal. */
const styleOn = (isTTY: boolean, env: Readonly<Record<string, string>>): string => {
  const { isTTY: wasTTY } = process.stdout;
  const saved = { NO_COLOR: process.env['NO_COLOR'], TERM: process.env['TERM'] };
  delete process.env['NO_COLOR'];
  Object.assign(process.env, { TERM: 'xterm' }, env);
  process.stdout.isTTY = isTTY;
  try {
    return new Terminal({ json: false, debug: false }).style('bold', 'title');
  } finally {
    process.stdout.isTTY = wasTTY;
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
};

test('colour is for terminals that can show it and people who want it', t => {
  t.is(styleOn(true, {}), '\u001b[1mtitle\u001b[22m');
  t.is(styleOn(false, {}), 'title');
  t.is(styleOn(true, { NO_COLOR: '1' }), 'title');
  t.is(styleOn(true, { NO_COLOR: '' }), '\u001b[1mtitle\u001b[22m');
  t.is(styleOn(true, { TERM: 'dumb' }), 'title');
});
