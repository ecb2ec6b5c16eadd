/** What the page can ask, by name, with parameters as text: each is one of the inspector's questions. */
import { askRows } from '@cooperage/inspector/asked-rows';
import { walkClist } from '@cooperage/inspector/clist';
import { readCrank as readCrankChanges } from '@cooperage/inspector/crank';
import { readCrank, tellDelivery } from '@cooperage/inspector/cranks/crank';
import { readTimeline } from '@cooperage/inspector/cranks/timeline';
import type { ReadOnlyStore } from '@cooperage/inspector/database';
import { readGc } from '@cooperage/inspector/gc';
import { readHistory } from '@cooperage/inspector/history';
import { readNeighbours } from '@cooperage/inspector/graph/neighbours';
import { OBJECT_STATES, walkObjects } from '@cooperage/inspector/objects';
import { readOverview } from '@cooperage/inspector/overview';
import { PROMISE_STATES, walkPromises } from '@cooperage/inspector/promises';
import { listQueue } from '@cooperage/inspector/queue';
import { readThing } from '@cooperage/inspector/thing';
import { readTranscript } from '@cooperage/inspector/transcript';
import { getVatRecord, listVats, VAT_STATES } from '@cooperage/inspector/vats';
import { explainWhy } from '@cooperage/inspector/why';
import { CooperageError } from '@cooperage/protocol/errors';

export type Parameters = Readonly<Record<string, string>>;
type Question = (store: ReadOnlyStore, asked: Asked) => unknown;

/** Syscalls of a delivery that a transcript shows; the page of its crank shows more. */
const SYSCALLS_SHOWN = 8;

class Asked {
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  /** An empty parameter is none. */
  text(name: string): string | undefined {
    const text = Object.hasOwn(this.#parameters, name) ? this.#parameters[name] : undefined;
    return text === '' ? undefined : text;
  }

  need(name: string): string {
    const text = this.text(name);
    if (text !== undefined) return text;
    throw new CooperageError('ERR_ARGUMENT', `which ${name}?`, { subject: name });
  }

  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
    throw new CooperageError('ERR_ARGUMENT', `${name} must be a whole number, 0 or more`, { subject: name });
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find(known => known === text);
    if (choice !== undefined) return choice;
    const remedy = `one of ${choices.join(', ')}`;
    throw new CooperageError('ERR_ARGUMENT', `there is no ${name} ${JSON.stringify(text)}`, { subject: name, remedy });
  }
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  state: store => {
    const rows = store.query(
      `SELECT name, value FROM kernel_state WHERE name IN ('crank_number', 'activity_hash') ORDER BY name`,
    );
    return { cranks: Number(rows[1]?.['value'] ?? 0), activityHash: String(rows[0]?.['value'] ?? '') };
  },
  overview: store => readOverview(store),
  vats: (store, asked) =>
    listVats(store, { state: asked.oneOf('state', VAT_STATES), skip: asked.count('skip'), limit: asked.count('limit') }),
  vat: (store, asked) => getVatRecord(store, asked.need('vat')),
  clist: (store, asked) =>
    walkClist(store, asked.need('vat'), { vref: asked.text('vref'), after: asked.text('after'), limit: asked.count('limit') }),
  transcript: (store, asked) => {
    const range = { from: asked.count('from'), incarnation: asked.count('incarnation'), limit: asked.count('limit') };
    const answer = readTranscript(store, asked.need('vat'), range);
    return { ...answer, rows: answer.rows.map(record => tellDelivery(answer.vat, record, SYSCALLS_SHOWN)) };
  },
  objects: (store, asked) =>
    walkObjects(store, {
      owner: asked.text('owner'),
      importer: asked.text('importer'),
      state: asked.oneOf('state', OBJECT_STATES),
      vref: asked.text('vref'),
      after: asked.text('after'),
      limit: asked.count('limit'),
    }),
  promises: (store, asked) =>
    walkPromises(store, {
      state: asked.oneOf('state', PROMISE_STATES),
      decider: asked.text('decider'),
      after: asked.text('after'),
      limit: asked.count('limit'),
    }),
  queue: (store, asked) => listQueue(store, { skip: asked.count('skip'), limit: asked.count('limit') }),
  gc: (store, asked) => readGc(store, { limit: asked.count('limit') }),
  thing: (store, asked) => readThing(store, asked.need('ref')),
  why: (store, asked) => explainWhy(store, asked.need('ref'), { limit: asked.count('limit') }),
  neighbours: (store, asked) =>
    readNeighbours(store, asked.need('ref'), {
      direction: asked.oneOf('direction', ['holders', 'held'] as const) ?? 'holders',
      skip: asked.count('skip'),
      limit: asked.count('limit'),
    }),
  timeline: (store, asked) => readTimeline(store, { to: asked.count('to'), count: asked.count('count') }),
  crank: (store, asked) => readCrank(store, asked.count('crank') ?? 0),
  changes: (store, asked) => {
    const request = { limit: asked.count('limit'), skip: asked.count('skip') };
    try {
      const { remembered, changes } = readCrankChanges(store, asked.count('crank') ?? 0, request);
      return { remembered, changes };
    } catch (error) {
      // A crank that is forgotten altogether has an answer as well: nothing is known.
      if (error instanceof CooperageError && error.code === 'ERR_GONE') return { remembered: null, changes: null };
      throw error;
    }
  },
  history: store => ({ reach: readHistory(store) }),
  sql: (store, asked) => askRows(store, asked.need('q'), asked.count('limit')),
};

export const QUESTION_NAMES: readonly string[] = Object.keys(QUESTIONS);

/** Those that are about now, whatever crank one looks back to. */
const OF_NOW = ['state', 'changes', 'history'];

/** The crank that a question looks back to; undefined: now. */
export const findPast = (name: string, parameters: Parameters): number | undefined =>
  OF_NOW.includes(name) ? undefined : new Asked(parameters).count('at');

/** Throws a CooperageError when the question or its parameters are wrong. */
export const answerQuestion = (store: ReadOnlyStore, name: string, parameters: Parameters): unknown => {
  const question = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  if (question === undefined) {
    const remedy = `questions: ${QUESTION_NAMES.join(', ')}`;
    throw new CooperageError('ERR_ARGUMENT', `there is no question ${JSON.stringify(name)}`, { subject: name, remedy });
  }
  return question(store, new Asked(parameters));
};
