/** `cooperage inspect <database> [question] [vat]`: asks the inspector and shows the answer. Never writes, never runs a vat. */
import type { ReadOnlyStore } from '@cooperage/inspector/database';
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withDatabase } from '../inspected-database.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';
import type { View, ViewRequest } from '../views/view.ts';

/** The options that select what is shown, as commander hands them over. */
export type InspectOptions = { readonly [Name in Exclude<keyof ViewRequest, 'subject'>]?: ViewRequest[Name] } & {
  readonly full?: boolean;
  /** Show what was after this crank. */
  readonly at?: number;
};

type Filter = keyof Omit<ViewRequest, 'subject'>;

type Question = {
  readonly load: () => Promise<View>;
  readonly filters: readonly Filter[];
  readonly states?: readonly string[];
  /** What the question is about, if it is about one thing. */
  readonly of?: 'vat' | 'crank';
  /** Files have no past. */
  readonly onlyNow?: boolean;
};

const PAGE = ['limit', 'skip'] as const;
const OBJECT_STATES = ['root', 'orphaned', 'reachable', 'recognizable', 'unreferenced'];

const QUESTIONS: Readonly<Record<string, Question>> = {
  overview: { load: async () => (await import('../views/overview.ts')).overviewView, filters: [] },
  vats: {
    load: async () => (await import('../views/vats.ts')).vatsView,
    filters: [...PAGE, 'state'],
    states: ['starting', 'running', 'suspended', 'terminated'],
  },
  objects: {
    load: async () => (await import('../views/objects.ts')).objectsView,
    filters: [...PAGE, 'owner', 'importer', 'state', 'vref'],
    states: OBJECT_STATES,
  },
  clist: { load: async () => (await import('../views/clist.ts')).clistView, filters: [...PAGE, 'vref'], of: 'vat' },
  promises: {
    load: async () => (await import('../views/promises.ts')).promisesView,
    filters: [...PAGE, 'state', 'decider'],
    states: ['unresolved', 'fulfilled', 'rejected'],
  },
  queue: { load: async () => (await import('../views/queue.ts')).queueView, filters: PAGE },
  gc: { load: async () => (await import('../views/gc.ts')).gcView, filters: PAGE },
  transcript: {
    load: async () => (await import('../views/transcript.ts')).transcriptView,
    filters: ['limit', 'skip', 'from', 'to', 'incarnation'],
    of: 'vat',
  },
  bundles: { load: async () => (await import('../views/bundles.ts')).bundlesView, filters: PAGE },
  sizes: { load: async () => (await import('../views/sizes.ts')).sizesView, filters: PAGE, onlyNow: true },
  kinds: { load: async () => (await import('../views/kinds.ts')).kindsView, filters: [...PAGE, 'owner'] },
  stats: { load: async () => (await import('../views/stats.ts')).statsView, filters: ['prometheus'] },
  crank: { load: async () => (await import('../views/crank.ts')).crankView, filters: PAGE, of: 'crank', onlyNow: true },
};

/** The questions that there are. */
export const QUESTION_NAMES: readonly string[] = Object.keys(QUESTIONS);

const misuse = (message: string, remedy: string): Failure => new Failure(EXIT.usage, message, { remedy });

const isKnown = (option: string, { filters, onlyNow = false }: Question): boolean =>
  option === 'full' || (option === 'at' && !onlyNow) || (filters as readonly string[]).includes(option);

/** Refuses what the question does not understand: an ignored filter would make a wrong answer look right. */
const insistUnderstood = (name: string, subject: string | undefined, options: InspectOptions): Question => {
  const question = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  if (question === undefined) throw misuse(`there is no question "${name}"`, `questions: ${QUESTION_NAMES.join(', ')}`);
  const { filters, states, of } = question;
  if (of !== undefined && subject === undefined)
    throw misuse(`"${name}" is about one ${of}: which?`, `cooperage inspect <database> ${name} <${of}>`);
  if (of === undefined && subject !== undefined) throw misuse(`"${name}" is not about one thing`, `leave out "${subject}"`);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || isKnown(option, question)) continue;
    const known = filters.length === 0 ? 'it has no filters' : `its filters: ${filters.map(filter => `--${filter}`).join(', ')}`;
    throw misuse(`"${name}" has no --${option}`, known);
  }
  if (options.state !== undefined && states?.includes(options.state) !== true) {
    throw misuse(`${name} have no state "${options.state}"`, `states: ${states?.join(', ') ?? 'none'}`);
  }
  return question;
};

export type InspectRequest = {
  readonly database: string;
  readonly question: string;
  /** A vat, or the number of a crank. */
  readonly subject: string | undefined;
  readonly options: InspectOptions;
};

export const inspect = async (request: InspectRequest, terminal: Terminal): Promise<number> => {
  const { database, question: name, subject, options } = request;
  const view = await insistUnderstood(name, subject, options).load();
  const { full = false, at, ...filters } = options;
  const ask = (store: ReadOnlyStore): number => {
    try {
      const { answer, render } = view(store, { subject: subject ?? '', ...filters });
      if (terminal.json) terminal.printJson(answer);
      else {
        const sheet = new Sheet(terminal, { full });
        if (at !== undefined) sheet.note(`as it was after crank ${at}`);
        render(sheet);
        sheet.finish();
      }
    } catch (error) {
      throw toFailure(error);
    }
    return EXIT.ok;
  };
  return withDatabase(database, ask, at);
};
