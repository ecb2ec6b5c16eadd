/** Figures as lines of text. CPU time comes first: wall time depends on who else is on the machine. */
import type { Measured } from './alternate.ts';
import type { Floors } from './floors.ts';
import { median, round, summarize } from './measure.ts';
import type { Peer } from './site.ts';
import type { Figures } from './workload.ts';

const COMPARED = /^(CPU|wall|MB)/;
const NAME_WIDTH = 30;
const FIGURE_WIDTH = 24;
const RATIO_WIDTH = 9;

type Cells = {
  readonly name: string;
  readonly ours: string;
  readonly theirs: readonly (readonly [figure: string, ratio: string])[];
  readonly floors: string;
};

const line = ({ name, ours, theirs, floors }: Cells): string => {
  const pairs = theirs.map(([figure, ratio]) => `${figure.padStart(FIGURE_WIDTH)} ${ratio.padStart(RATIO_WIDTH)}`);
  return ['', name.padEnd(NAME_WIDTH), ours.padStart(FIGURE_WIDTH), ...pairs, floors.padStart(RATIO_WIDTH)].join(' ');
};

export const printHeader = (floors: Floors, peers: readonly Peer[]): void => {
  const list = Object.entries(floors).map(([name, us]) => `${name} ${round(us)}`);
  console.log(`node ${process.version}; floors, us of CPU: ${list.join(', ')}`);
  console.log(line({ name: '', ours: 'cooperage', theirs: peers.map(peer => [peer, 'ratio']), floors: 'x floor' }));
};

const valuesOf = (rounds: readonly Figures[] | undefined, name: string): number[] =>
  (rounds ?? []).flatMap(figures => (figures[name] === undefined ? [] : [figures[name]]));

const cell = (values: readonly number[]): string => (values.length === 0 ? '-' : summarize(values));

export const printMeasured = (measured: Measured, floor: Figures, peers: readonly Peer[]): void => {
  const { workload, variant, size, unit, figures, leftOut } = measured;
  console.log(`\n${workload} ${variant}, ${size} ${unit}`);
  for (const [system, why] of Object.entries(leftOut)) console.log(` ${system} left out: ${why}`);
  const names = new Set(Object.values(figures).flatMap(rounds => rounds.flatMap(Object.keys)));
  for (const name of names) {
    const ours = valuesOf(figures.cooperage, name);
    const theirs = peers.map((peer): [string, string] => {
      const values = valuesOf(figures[peer], name);
      const comparable = COMPARED.test(name) && ours.length > 0 && values.length > 0;
      return [cell(values), comparable ? `${round(median(values) / median(ours))}x` : ''];
    });
    const least = floor[name];
    const floors = least === undefined || ours.length === 0 ? '' : round(median(ours) / least);
    console.log(line({ name, ours: cell(ours), theirs, floors }));
  }
};
