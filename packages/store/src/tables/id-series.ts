/** The series of numbers that keys come from, each with its counter: what the counter has not given out yet can have no row. */
import type { Series } from '../horizon.ts';
import type { CountersTable } from './counters.ts';

const COUNTER_OF: Readonly<Record<string, string>> = { o: 'object', p: 'promise', d: 'device' };

/** Keys that are krefs. */
export const makeKrefSeries = (counters: CountersTable): Series<string> => ({
  kindOf: kref => kref.charAt(1),
  numberOf: kref => Number(kref.slice(2)),
  lastOf: letter => counters.findLast(COUNTER_OF[letter] ?? ''),
});

/** Keys that end with a kref, after a space. */
export const makePairSeries = (counters: CountersTable): Series<string> => ({
  kindOf: key => key.charAt(key.indexOf(' ') + 2),
  numberOf: key => Number(key.slice(key.indexOf(' ') + 3)),
  lastOf: letter => counters.findLast(COUNTER_OF[letter] ?? ''),
});

/** Keys that are numbers of one counter. */
export const makeNumberSeries = (counters: CountersTable, counter: string): Series<number> => ({
  kindOf: () => counter,
  numberOf: number => number,
  lastOf: name => counters.findLast(name),
});
