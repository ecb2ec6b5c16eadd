/** The text of `docs/schema.md`: the comments and definitions of `schema.ts`, checked against a database made from them. */
import { openStore } from '../src/open.ts';
import { SCHEMA_VERSION, TABLES_SQL, VIEWS_SQL } from '../src/schema.ts';
import type { Store } from '../src/store.ts';

const INTRODUCTION = `# The database

A kernel's whole state is one SQLite file. Anybody may open it with any SQLite tool, also while a kernel is writing it, and ask
questions; \`cooperage inspect\` and the views below ask the common ones. Write to it with nothing but the kernel.

Refs are the text that people see: \`v1\` a vat, \`ko20\` a kernel object, \`kp40\` a kernel promise; \`o-50\` what a vat calls an
import, \`o+3\` what it calls an export. Booleans are 0 and 1. Data is its smallcaps body, with the krefs that it holds in rows of
their own.

This file is generated from \`packages/store/src/schema.ts\` by \`npm run schema\`. Schema version ${SCHEMA_VERSION}.
`;

type Definition = { readonly name: string; readonly comment: string; readonly notes: ReadonlyMap<string, string> };

const COMMENT = /^\s*-- ?(.*)$/;

/** Comments before each definition of a kind, and before single columns within. */
const readDefinitions = (sql: string, kind: 'TABLE' | 'VIEW'): Definition[] => {
  const definitions: Definition[] = [];
  let pending: string[] = [];
  let notes = new Map<string, string>();
  for (const line of sql.split('\n')) {
    const comment = COMMENT.exec(line)?.[1];
    if (comment !== undefined) {
      pending.push(comment);
      continue;
    }
    const opened = new RegExp(`^CREATE ${kind} (\\w+)`).exec(line)?.[1];
    if (opened !== undefined) {
      notes = new Map();
      definitions.push({ name: opened, comment: pending.join(' '), notes });
    } else if (pending.length > 0) {
      const column = /^\s+(\w+)/.exec(line)?.[1];
      if (column !== undefined) notes.set(column, pending.join(' '));
    }
    pending = [];
  }
  return definitions;
};

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');

/** A Markdown table whose columns line up in the source too. */
const toTable = (rows: readonly (readonly string[])[]): string => {
  const cells = rows.map(row => row.map(escapeCell));
  const widths = (cells[0] ?? []).map((_, i) => Math.max(3, ...cells.map(row => (row[i] ?? '').length)));
  const toLine = (row: readonly string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [header = [], ...body] = cells;
  return [toLine(header), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...body.map(toLine)].join('\n');
};

const describeTable = (store: Store, { name, comment, notes }: Definition): string => {
  const references = new Map(
    store
      .query('SELECT "from" AS source, "table" AS target, "to" AS "column" FROM pragma_foreign_key_list(?)', [name])
      .map(({ source, target, column }) => [String(source), `${target}.${column}`]),
  );
  const columns = store.query('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?) ORDER BY cid', [name]);
  const rows = columns.map(({ name: column, type, required, pk }) => [
    `\`${column}\``,
    String(type),
    required === 1 || Number(pk) > 0 ? 'no' : 'yes',
    Number(pk) > 0 ? String(pk) : '',
    references.get(String(column)) ?? '',
    notes.get(String(column)) ?? '',
  ]);
  const shown = rows.some(row => row[5] !== '') ? 6 : 5;
  const header = ['column', 'type', 'null', 'key', 'refers to', 'note'];
  const parts = [`### ${name}`, comment, toTable([header, ...rows].map(row => row.slice(0, shown)))];
  const indexes = store
    .query(`SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`, [name])
    .map(({ sql }) => `- \`${String(sql).replace('CREATE ', '').replace(` ON ${name}`, ' on')}\``);
  if (indexes.length > 0) parts.push(indexes.join('\n'));
  return parts.filter(part => part !== '').join('\n\n');
};

const describeView = (store: Store, { name, comment }: Definition): string => {
  const columns = store.query('SELECT name FROM pragma_table_info(?) ORDER BY cid', [name]);
  return [`### ${name}`, comment, `Columns: ${columns.map(column => `\`${column['name']}\``).join(', ')}.`].join('\n\n');
};

export const makeSchemaDoc = (): string => {
  const { store } = openStore({ path: ':memory:' });
  try {
    const tables = readDefinitions(TABLES_SQL, 'TABLE').map(definition => describeTable(store, definition));
    const views = readDefinitions(VIEWS_SQL, 'VIEW').map(definition => describeView(store, definition));
    const sections = [INTRODUCTION.trimEnd(), '## Views', ...views, '## Tables', ...tables];
    return `${sections.join('\n\n')}\n`;
  } finally {
    store.close();
  }
};
