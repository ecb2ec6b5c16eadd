/** Figures as lines of text. CPU time comes first: wall time depends on who else is on the machine. */
import type { Measured } from './alternate.ts';
import type { Floors } from './floors.ts';
import { median, round, summarize } from './measure.ts';
import type { Figures } from './workload.ts';

const COMPARED = /^(CPU|wall|MB)/;
const WIDTHS = [30, 22, 24, 9, 9];

const line = (cells: readonly string[]): string =>
  `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0))).join(' ')}`;

export const printHeader = (floors: Floors): void => {
  const list = Object.entries(floors).map(([name, us]) => `${name} ${round(us)}`);
  console.log(`node ${process.version}; floors, us of CPU: ${list.join(', ')}`);
  console.log(line(['', 'cooperage', 'swingset', 'ratio', 'x floor']));
};

const valuesOf = (rounds: readonly Figures[] | undefined, name: string): number[] =>
  (rounds ?? []).flatMap(figures => (figures[name] === undefined ? [] : [figures[name]]));

const cell = (values: readonly number[]): string => (values.length === 0 ? '-' : summarize(values));

export const printMeasured = ({ workload, variant, size, unit, figures }: Measured, floor: Figures): void => {
  console.log(`\n${workload} ${variant}, ${size} ${unit}`);
  const names = new Set(Object.values(figures).flatMap(rounds => rounds.flatMap(Object.keys)));
  for (const name of names) {
    const ours = valuesOf(figures.cooperage, name);
    const theirs = valuesOf(figures.swingset, name);
    const comparable = COMPARED.test(name) && ours.length > 0 && theirs.length > 0;
    const ratio = comparable ? `${round(median(theirs) / median(ours))}x` : '';
    const least = floor[name];
    const floors = least === undefined || ours.length === 0 ? '' : round(median(ours) / least);
    console.log(line([name, cell(ours), cell(theirs), ratio, floors]));
  }
};
