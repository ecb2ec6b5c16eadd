/**
 * Where a command writes: answers to standard output, everything else to standard error. Knows the width, whether colour is wanted,
 * and that a reader may go away before the end (`cooperage ... | head`).
 */
import { describeStacks, type Failure } from './failure.ts';
import { escapeText, toJsonText } from './safe-text.ts';

export type TerminalOptions = { readonly json: boolean; readonly debug: boolean };

type Style = 'bold' | 'dim' | 'red' | 'yellow';
const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
};

type Stream = NodeJS.WriteStream;

const wantsColour = (stream: Stream): boolean => {
  const { NO_COLOR = '', TERM = '' } = process.env;
  return stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb';
};

/** Columns of a terminal; without one, what COLUMNS says, else no end. */
const findWidth = (stream: Stream): number => {
  if (stream.isTTY === true && stream.columns > 0) return stream.columns;
  const columns = Number(process.env['COLUMNS']);
  return Number.isInteger(columns) && columns >= 20 ? columns : Infinity;
};

export class Terminal {
  readonly json: boolean;
  readonly debug: boolean;
  readonly width: number;
  readonly #colour: boolean;
  readonly #errorColour: boolean;
  #hasProgress = false;

  constructor({ json, debug }: TerminalOptions) {
    this.json = json;
    this.debug = debug;
    this.width = findWidth(process.stdout);
    this.#colour = wantsColour(process.stdout);
    this.#errorColour = wantsColour(process.stderr);
  }

  /** Text for standard output that is safe already. */
  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(toJsonText(value));
  }

  style(style: Style, text: string): string {
    return this.#colour ? paint(style, text) : text;
  }

  /** One line on standard error. */
  tell(text: string): void {
    this.clearProgress();
    process.stderr.write(`${escapeText(text)}\n`);
  }

  /** Says how a command failed. The stack is for those who asked to debug. */
  tellFailure(failure: Failure): void {
    this.clearProgress();
    const label = this.#errorColour ? paint('red', 'cooperage:') : 'cooperage:';
    process.stderr.write(`${label} ${escapeText(failure.message)}\n`);
    if (failure.remedy !== undefined) process.stderr.write(`  ${escapeText(failure.remedy)}\n`);
    if (!this.debug) return;
    for (const line of describeStacks(failure)) process.stderr.write(`${escapeText(line)}\n`);
  }

  /** Shows how far long work is, where somebody can see it. */
  showProgress(text: string): void {
    if (process.stderr.isTTY !== true) return;
    process.stderr.write(`\r\u001b[2K${escapeText(text)}`);
    this.#hasProgress = true;
  }

  clearProgress(): void {
    if (!this.#hasProgress) return;
    process.stderr.write('\r\u001b[2K');
    this.#hasProgress = false;
  }
}

const paint = (style: Style, text: string): string => {
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** A reader that went away is no failure of ours: end quietly. */
export const surviveClosedPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
};
