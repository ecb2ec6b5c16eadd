/** What `npm run sim` can be told, and what it says to those who ask or who are misunderstood. */
import { parseArgs } from 'node:util';
import { KINDS, type Setting } from './campaign.ts';

export type SimCommand = Setting & {
  /** Undefined: by the clock. */
  readonly first: number | undefined;
  readonly count: number;
  readonly minutes: number;
  /** One seed alone: what it does not come by is no news. */
  readonly isOne: boolean;
  readonly cells: boolean;
  readonly cover: boolean;
  readonly shrinks: boolean;
  readonly json: boolean;
};

export const HELP = `Usage: npm run sim -- [options]

Plays fresh seeds until the time is up or one fails. A failing seed is cut down, and the command that repeats it is printed. At the end it
says which cells of the coverage matrix it did not come by.

  --minutes <n>       so long; 1 when neither this nor --count is said
  --count <n>         so many seeds
  --from <n>          the first seed; by the clock when absent
  --seed <n>          this seed alone
  --scenarios <kind>  ${KINDS.join(', ')}; all when absent
  --collector <name>  simulated (when absent) or engine
  --medium <name>     memory (when absent) or file
  --cells             the whole coverage matrix
  --cover             a few seeds that come by all that these seeds come by
  --no-shrink         a failing seed is not cut down
  --json              one line of JSON at the end
  --help              this

Exit: 0 all seeds passed, 1 one failed, 2 wrong usage.

Examples:
  npm run sim -- --minutes 5
  npm run sim -- --scenarios traffic --from 1 --count 450 --cover
  npm run sim -- --seed 400 --collector engine`;

/** Its message is for people. */
export class Misuse extends Error {}

const OPTIONS = {
  seed: { type: 'string' },
  from: { type: 'string' },
  count: { type: 'string' },
  minutes: { type: 'string' },
  collector: { type: 'string' },
  medium: { type: 'string' },
  scenarios: { type: 'string' },
  cells: { type: 'boolean' },
  cover: { type: 'boolean' },
  'no-shrink': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // The second sentence of Node's message is about arguments, of which there are none here.
    throw new Misuse((error as Error).message.split('. ')[0] ?? '');
  }
};

const toWhole = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Misuse(`--${name} must be a whole number, 0 or more, not ${JSON.stringify(text)}`);
};

const toMinutes = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new Misuse(`--minutes must be a number above 0, not ${JSON.stringify(text)}`);
};

const toChoice = <Choice extends string>(
  name: string,
  text: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice => {
  const choice = text === undefined ? choices[0] : choices.find(known => known === text);
  if (choice !== undefined) return choice;
  throw new Misuse(`--${name} must be ${choices.join(' or ')}, not ${JSON.stringify(text)}`);
};

/** Undefined: help is asked for. Throws a Misuse. */
export const parseCommand = (args: readonly string[]): SimCommand | undefined => {
  const values = parse(args);
  if (values.help === true) return undefined;
  const seed = toWhole('seed', values.seed);
  for (const name of ['from', 'count', 'minutes'] as const) {
    if (seed !== undefined && values[name] !== undefined) throw new Misuse(`--seed plays one seed alone: leave out --${name}`);
  }
  const count = seed === undefined ? (toWhole('count', values.count) ?? Infinity) : 1;
  return {
    first: seed ?? toWhole('from', values.from),
    count,
    minutes: toMinutes(values.minutes) ?? (count === Infinity ? 1 : Infinity),
    isOne: seed !== undefined,
    collector: toChoice('collector', values.collector, ['simulated', 'engine']),
    medium: toChoice('medium', values.medium, ['memory', 'file']),
    scenarios: toChoice('scenarios', values.scenarios, ['all', ...KINDS]),
    cells: values.cells ?? false,
    cover: values.cover ?? false,
    shrinks: values['no-shrink'] !== true,
    json: values.json ?? false,
  };
};
