/** Tables for people: columns aligned, cut to the width there is, every cell made safe to show. */
import { escapeText, shorten, widthOf } from './safe-text.ts';

export type Cell = string | number | boolean | null | undefined;

export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  /** Numbers stand right. */
  readonly align?: 'right';
  /** How wide a cell may be where there is no end to the width; what has it may be cut further. For texts of people and vats. */
  readonly atMost?: number;
};

export type TableText = {
  readonly lines: readonly string[];
  /** How many cells were cut. */
  readonly shortened: number;
};

export type TableOptions = {
  readonly width: number;
  /** Cut nothing. */
  readonly full: boolean;
  readonly styleTitle: (text: string) => string;
};

const GAP = '  ';
/** Texts are not cut below this. */
const LEAST_WIDTH = 6;
const USUAL_CELL = 60;

const cellText = (cell: Cell): string => {
  if (cell === null || cell === undefined || cell === '') return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return escapeText(String(cell));
};

/**
 * Takes columns from the widest texts, one after the other, until the rest fits. Numbers, refs and states are never cut: half of one
 * is another one. Undefined when that does not suffice.
 */
const fitWidths = (widths: readonly number[], isText: readonly boolean[], available: number): number[] | undefined => {
  const fitted = [...widths];
  let excess = fitted.reduce((total, width) => total + width, 0) - available;
  while (excess > 0) {
    const spare = fitted.map((width, i) => (isText[i] === true ? width - LEAST_WIDTH : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) return undefined;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
    excess -= 1;
  }
  return fitted;
};

const pad = (text: string, width: number, align: 'right' | undefined): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
};

type Layout<Row> = {
  readonly columns: readonly Column<Row>[];
  /** Row by row, safe to show. */
  readonly cells: readonly (readonly string[])[];
  readonly options: TableOptions;
};

const renderColumns = <Row>({ columns, cells, options }: Layout<Row>, widths: readonly number[]): TableText => {
  let shortened = 0;
  const renderRow = (row: readonly string[]): string =>
    row
      .map((text, i) => {
        const room = widths[i] ?? 0;
        const shown = shorten(text, room);
        if (shown !== text) shortened += 1;
        return pad(shown, room, columns[i]?.align);
      })
      .join(GAP)
      .trimEnd();
  const lines = cells.map(renderRow);
  const inRows = shortened;
  return { lines: [options.styleTitle(renderRow(columns.map(({ title }) => title))), ...lines], shortened: inRows };
};

/** Each row as lines of title and cell, where the columns do not fit beside each other. */
const renderRecords = <Row>({ columns, cells, options }: Layout<Row>): TableText => {
  const room = Math.max(...columns.map(({ title }) => title.length));
  let shortened = 0;
  const renderCell = (text: string, i: number): string => {
    const shown = shorten(text, Math.max(LEAST_WIDTH, options.width - room - GAP.length));
    if (shown !== text) shortened += 1;
    return `${options.styleTitle(pad(columns[i]?.title ?? '', room, undefined))}${GAP}${shown}`;
  };
  const lines = cells.flatMap((row, i) => [...(i === 0 ? [] : ['']), ...row.map(renderCell)]);
  return { lines, shortened };
};

export const renderTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): TableText => {
  const cells = rows.map(row => columns.map(column => cellText(column.cell(row))));
  const layout = { columns, cells, options };
  const natural = columns.map(({ title, atMost = USUAL_CELL }, i) => {
    const widest = cells.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), title.length);
    return options.full ? widest : Math.min(widest, Math.max(atMost, title.length));
  });
  if (options.full) return renderColumns(layout, natural);
  const isText = columns.map(({ atMost }) => atMost !== undefined);
  const widths = fitWidths(natural, isText, options.width - GAP.length * (columns.length - 1));
  return widths === undefined ? renderRecords(layout) : renderColumns(layout, widths);
};
