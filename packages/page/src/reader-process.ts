/**
 * The process that reads the database: asked by the server, one question at a time. It is a process because SQLite cannot be interrupted:
 * a question that takes too long ends with it.
 */
import { openDatabase, openDatabaseAt, type ReadOnlyStore } from '@cooperage/inspector/database';
import { CooperageError } from '@cooperage/protocol/errors';
import { answerQuestion, findPast, type Parameters } from './answers.ts';
import { READY, type ReaderAnswer, type ReaderRequest } from './reader-messages.ts';
import { makeVisible } from './visible-answer.ts';

const STATUS: Readonly<Record<string, number>> = {
  ERR_ARGUMENT: 400,
  ERR_REF: 404,
  ERR_VAT_NOT_FOUND: 404,
  ERR_GONE: 410,
};

const describeError = (error: unknown): { readonly status: number; readonly body: string } => {
  const known = error instanceof CooperageError ? error : undefined;
  const code = known?.code ?? 'ERR_DATABASE';
  // A CooperageError ends its message with the remedy.
  const ending = `\n  ${known?.remedy ?? ''}`;
  const text = error instanceof Error ? error.message : String(error);
  const message = text.endsWith(ending) ? text.slice(0, -ending.length) : text;
  const body = makeVisible({ error: { code, message, remedy: known?.remedy ?? null } });
  return { status: STATUS[code] ?? 500, body: JSON.stringify(body) };
};

/** An earlier state is opened for one answer: while it is open, the log of a running kernel cannot be folded into the database. */
const answerAt = (store: ReadOnlyStore, name: string, parameters: Parameters): unknown => {
  const at = findPast(name, parameters);
  if (at === undefined) return answerQuestion(store, name, parameters);
  const past = openDatabaseAt(store.path, at);
  try {
    return answerQuestion(past, name, parameters);
  } finally {
    past.close();
  }
};

const serveQuestions = (path: string): void => {
  const store = openDatabase(path);
  process.on('message', ({ id, name, parameters }: ReaderRequest) => {
    let answer: { readonly status: number; readonly body: string };
    try {
      answer = { status: 200, body: JSON.stringify(makeVisible(answerAt(store, name, parameters))) };
    } catch (error) {
      answer = describeError(error);
    }
    process.send?.({ id, ...answer } satisfies ReaderAnswer);
  });
  process.on('disconnect', () => process.exit(0));
  // An interrupt is for the server, which lets this process go.
  process.on('SIGINT', () => {});
  process.send?.(READY);
};

serveQuestions(process.argv[2] ?? '');
