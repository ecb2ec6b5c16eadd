/** One answer laid out for people: headings, facts, tables, and the notes that say what is not shown. The views fill it. */
import { type Extent, SHORT, WHOLE } from '@cooperage/inspector/describe';
import { escapeText, shorten, widthOf } from './safe-text.ts';
import { type Column, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** As the inspector gives them. */
type Page<Row> = { readonly rows: readonly Row[]; readonly total: number; readonly skipped: number; readonly more: number };

const FACT_LENGTH = 200;
const LONGER: Extent = { data: SHORT.data * 2, refs: SHORT.refs * 2 };

export class Sheet {
  readonly #terminal: Terminal;
  /** Cut nothing. */
  readonly full: boolean;
  #shortened = 0;
  #blank = false;

  constructor(terminal: Terminal, options: { full: boolean }) {
    this.#terminal = terminal;
    this.full = options.full;
  }

  /** Starts a part; parts are set apart by an empty line. */
  heading(text: string): void {
    if (this.#blank) this.#terminal.print('');
    this.#terminal.print(this.#terminal.style('bold', escapeText(text)));
    this.#blank = true;
  }

  line(text: string): void {
    this.#terminal.print(this.#cut(escapeText(text)));
    this.#blank = true;
  }

  /** What `describe` says in as many words as are wanted here. */
  words(describe: (extent: Extent) => string): string {
    if (this.full) return describe(WHOLE);
    const short = describe(SHORT);
    // Whoever has room for more and says no more has said all.
    if (describe(LONGER) !== short) this.#shortened += 1;
    return short;
  }

  /** A line for a program: never cut. */
  verbatim(text: string): void {
    this.#terminal.print(escapeText(text));
  }

  /** A note about the answer itself. */
  note(text: string): void {
    this.#terminal.print(this.#terminal.style('dim', escapeText(text)));
    this.#blank = true;
  }

  /** Names and values, one a line. */
  facts(facts: readonly (readonly [name: string, value: string | number])[]): void {
    const room = Math.max(0, ...facts.map(([name]) => widthOf(name)));
    for (const [name, value] of facts) {
      const label = this.#terminal.style('bold', escapeText(name) + ' '.repeat(room - widthOf(name)));
      this.#terminal.print(`${label}  ${this.#cut(escapeText(String(value)), room + 2)}`);
    }
    this.#blank = true;
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    const { lines, shortened } = renderTable(columns, rows, {
      width: this.#terminal.width,
      full: this.full,
      styleTitle: text => this.#terminal.style('bold', text),
    });
    this.#shortened += shortened;
    for (const line of lines) this.#terminal.print(line);
    this.#blank = true;
  }

  /** A table, or a line that says that there is nothing, and how to see what follows. */
  page<Row>(columns: readonly Column<Row>[], page: Page<Row>, things: string): void {
    const { rows, total, skipped, more } = page;
    if (rows.length > 0) this.table(columns, rows);
    else this.note(total === 0 ? `no ${things}` : `${total} ${things}, none of them here`);
    if (rows.length > 0 && (more > 0 || skipped > 0)) {
      const next = more > 0 ? `; --skip ${skipped + rows.length} shows the next` : '';
      this.note(`${things} ${skipped + 1} to ${skipped + rows.length} of ${total}${next}`);
    } else if (rows.length === 0 && more > 0) this.note(`--limit shows some`);
  }

  /** Says what was cut, if anything was. Last. */
  finish(): void {
    if (this.#shortened === 0) return;
    this.note(`${this.#shortened} ${this.#shortened === 1 ? 'text is' : 'texts are'} shortened; --full shows all of them`);
  }

  #cut(text: string, indent = 0): string {
    if (this.full) return text;
    const cut = shorten(text, Math.max(FACT_LENGTH, this.#terminal.width === Infinity ? 0 : this.#terminal.width - indent));
    if (cut !== text) this.#shortened += 1;
    return cut;
  }
}
