/** Figures of a kernel in the text format of Prometheus. */
import type { Overview } from './overview.ts';

export type Figures = {
  /** How often what happened; `deliveries.message` is a part of `deliveries`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
  /** Single values by name, with what they are. */
  readonly gauges: readonly (readonly [name: string, help: string, value: number])[];
};

const PREFIX = 'cooperage';

const toSnake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replaceAll(/[^a-zA-Z0-9_]/g, '_');
const escapeLabel = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const writeCounters = (counters: Figures['counters']): string[] => {
  const names = Object.keys(counters);
  const wholes = names.filter(name => !name.includes('.'));
  const parts = new Map<string, string[]>();
  for (const name of names.filter(each => each.includes('.'))) {
    const [whole = ''] = name.split('.', 1);
    parts.set(whole, [...(parts.get(whole) ?? []), name]);
  }
  return [
    ...wholes.flatMap(name => {
      const metric = `${PREFIX}_${toSnake(name)}_total`;
      return [`# TYPE ${metric} counter`, `${metric} ${counters[name]}`];
    }),
    ...[...parts].flatMap(([whole, members]) => {
      const metric = `${PREFIX}_${toSnake(whole)}_by_type_total`;
      return [
        `# TYPE ${metric} counter`,
        ...members.map(name => `${metric}{type="${escapeLabel(name.slice(whole.length + 1))}"} ${counters[name]}`),
      ];
    }),
  ];
};

/** Ends with a line break, as the format wants it. */
export const figuresToPrometheus = ({ counters, tables, gauges }: Figures): string => {
  const rows = `${PREFIX}_rows`;
  const lines = [
    ...writeCounters(counters),
    `# HELP ${rows} Rows of each table of the database.`,
    `# TYPE ${rows} gauge`,
    ...Object.entries(tables).map(([table, count]) => `${rows}{table="${escapeLabel(toSnake(table))}"} ${count}`),
    ...gauges.flatMap(([name, help, value]) => [
      `# HELP ${PREFIX}_${name} ${help}`,
      `# TYPE ${PREFIX}_${name} gauge`,
      `${PREFIX}_${name} ${value}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

/** Of a database that nobody need have opened. */
export const overviewToPrometheus = ({ statistics, rows, bytes, cranks, queue, vats, objects }: Overview): string =>
  figuresToPrometheus({
    counters: statistics,
    tables: rows,
    gauges: [
      ['next_crank', 'The number of the next crank.', cranks],
      ['database_bytes', 'Size of the database.', bytes],
      ['queue_ready', 'Items of the run queue that can run.', queue.ready],
      ['queue_parked', 'Items of the run queue that wait for suspended vats.', queue.parked],
      ['vats_running', 'Vats that run.', vats['running'] ?? 0],
      ['vats_suspended', 'Vats that are suspended.', vats['suspended'] ?? 0],
      ['objects_owned', 'Objects that a vat owns.', objects['owned'] ?? 0],
    ],
  });
