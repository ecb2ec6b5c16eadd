/** Vats that were suspended or terminated for a reason: what an operator looks at first. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';

export type DatabaseProblem = { readonly vat: string; readonly name: string; readonly state: string; readonly problem: string };

const SHOWN = 20;

/** The youngest vats first, suspended ones before terminated ones; at most twenty. */
export const findProblems = (store: ReadOnlyStore): DatabaseProblem[] =>
  store
    .query(
      `SELECT vat, name, state, problem FROM vats WHERE problem IS NOT NULL AND state IN ('suspended', 'terminated')
       ORDER BY state, CAST(substr(vat, 2) AS INTEGER) DESC LIMIT ${SHOWN}`,
    )
    .map(toFields)
    .map(row => ({ vat: row.text('vat'), name: row.text('name'), state: row.text('state'), problem: row.text('problem') }));
