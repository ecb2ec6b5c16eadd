/** `cooperage why <database> <ref>`: what holds it, and the path from a root. Never writes, never runs a vat. */
import type { ReadOnlyStore } from '@cooperage/inspector/database';
import { explainWhy, type WhyAnswer } from '@cooperage/inspector/why';
import { drawAnswer } from '@cooperage/inspector/why/dot';
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withDatabase } from '../inspected-database.ts';
import { escapeText } from '../safe-text.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type WhyRequest = {
  readonly database: string;
  /** `ko20`, or `v3 o+d12/5` in one word or two. */
  readonly ref: string;
  readonly limit: number | undefined;
  readonly dot: boolean;
  readonly full: boolean;
  /** As it was after this crank. */
  readonly at: number | undefined;
};

export const why = async ({ database, ref, limit, dot, full, at }: WhyRequest, terminal: Terminal): Promise<number> => {
  if (dot && terminal.json)
    throw new Failure(EXIT.usage, '--dot and --json are two answers', { remedy: 'leave out one of them' });
  const ask = (store: ReadOnlyStore): number => {
    try {
      const answer = explainWhy(store, ref, { limit });
      if (terminal.json) terminal.printJson(answer);
      else if (dot) for (const line of drawAnswer(answer, escapeText)) terminal.print(line);
      else show(answer, new Sheet(terminal, { full }));
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  };
  return withDatabase(database, ask, at);
};

const show = (answer: WhyAnswer, sheet: Sheet): void => {
  const { holders } = answer;
  sheet.heading('held by');
  if (holders.rows.length > 0) {
    sheet.table(
      [
        { title: 'kind', cell: row => row.kind },
        { title: 'holder', cell: row => row.holder, atMost: 40 },
        { title: 'place', cell: row => row.detail, atMost: 60 },
        { title: 'as', cell: row => row.ref },
        { title: 'strength', cell: row => row.strength },
      ],
      holders.rows,
    );
  } else sheet.note(holders.total === 0 ? 'no row' : '--limit shows some');
  if (holders.more > 0) sheet.note(`${holders.rows.length} of ${holders.total}; --limit shows more`);
  sheet.heading('why it is alive');
  // Names in it are cut already; what is left of a long line is the advice.
  for (const line of answer.explanation.split('\n')) sheet.verbatim(line);
  sheet.finish();
};
