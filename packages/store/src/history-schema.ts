/** The tables of the history, which came with schema version 3. */

export const HISTORY_SQL = `
-- With history on: each crank that is remembered. kind: what was taken from the queues, 'input' for what the host put in. vat: whom it was
-- for. activity_hash: that of the kernel after it.
CREATE TABLE cranks (
  crank         INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL,
  vat           TEXT,
  crank_hash    TEXT NOT NULL,
  activity_hash TEXT NOT NULL
) STRICT;

-- With history on: what a remembered crank changed, so that it can be undone for somebody who looks back. key: names the rows by some of
-- their columns. before, after: those rows as JSON, NULL when there were none. No kernel reads it; no hash covers it.
CREATE TABLE crank_changes (
  crank      INTEGER NOT NULL REFERENCES cranks (crank),
  number     INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  key        TEXT NOT NULL,
  before     TEXT,
  after      TEXT,
  PRIMARY KEY (crank, number)
) STRICT, WITHOUT ROWID;
`;
