/** `cooperage inspect <database> [question] [vat]`: asks the inspector and shows the answer. Never writes, never runs a vat. */
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withDatabase } from '../inspected-database.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';
import type { View, ViewRequest } from '../views/view.ts';

/** The options that select what is shown, as commander hands them over. */
export type InspectOptions = { readonly [Name in Exclude<keyof ViewRequest, 'vat'>]?: ViewRequest[Name] } & {
  readonly full?: boolean;
};

type Filter = keyof Omit<ViewRequest, 'vat'>;

type Question = {
  readonly load: () => Promise<View>;
  readonly filters: readonly Filter[];
  readonly states?: readonly string[];
  readonly ofVat?: boolean;
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
  clist: { load: async () => (await import('../views/clist.ts')).clistView, filters: [...PAGE, 'vref'], ofVat: true },
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
    ofVat: true,
  },
  bundles: { load: async () => (await import('../views/bundles.ts')).bundlesView, filters: PAGE },
  sizes: { load: async () => (await import('../views/sizes.ts')).sizesView, filters: PAGE },
};

const NAMES = Object.keys(QUESTIONS);

const misuse = (message: string, remedy: string): Failure => new Failure(EXIT.usage, message, { remedy });

/** Refuses what the question does not understand: an ignored filter would make a wrong answer look right. */
const insistUnderstood = (name: string, vat: string | undefined, options: InspectOptions): Question => {
  const question = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  if (question === undefined) throw misuse(`there is no question "${name}"`, `questions: ${NAMES.join(', ')}`);
  const { filters, states, ofVat = false } = question;
  if (ofVat && vat === undefined)
    throw misuse(`"${name}" is about one vat: which?`, `cooperage inspect <database> ${name} <vat>`);
  if (!ofVat && vat !== undefined) throw misuse(`"${name}" is not about one vat`, `leave out "${vat}"`);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || option === 'full' || (filters as readonly string[]).includes(option)) continue;
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
  readonly vat: string | undefined;
  readonly options: InspectOptions;
};

export const inspect = async (request: InspectRequest, terminal: Terminal): Promise<number> => {
  const { database, question: name, vat, options } = request;
  const view = await insistUnderstood(name, vat, options).load();
  const { full = false, ...filters } = options;
  return withDatabase(database, store => {
    try {
      const { answer, render } = view(store, { vat: vat ?? '', ...filters });
      if (terminal.json) terminal.printJson(answer);
      else {
        const sheet = new Sheet(terminal, { full });
        render(sheet);
        sheet.finish();
      }
    } catch (error) {
      throw toFailure(error);
    }
    return EXIT.ok;
  });
};
