/** `cooperage trace <slog>`: a slog as trace events, for timelines. Reads line by line; what it writes is JSON whatever is asked. */
import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Timeline } from '@cooperage/host/perfetto';
import type { SlogLine } from '@cooperage/host/slog-cranks';
import { EXIT, Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const parseLine = (text: string): SlogLine | undefined => {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && 'type' in value ? (value as SlogLine) : undefined;
  } catch {
    return undefined;
  }
};

const makeFailure = (path: string, problem: string, cause?: unknown): Failure =>
  new Failure(EXIT.cannotOpen, `${path} ${problem}`, { remedy: 'give a file that a kernel wrote with the option slog', cause });

const open = async (path: string) => {
  const stream = createReadStream(path, 'utf8');
  try {
    await once(stream, 'open');
    if (statSync(path).isDirectory()) throw new Error('it is a directory');
  } catch (error) {
    throw makeFailure(path, 'cannot be read', error);
  }
  return createInterface({ input: stream, crlfDelay: Infinity });
};

export const trace = async (path: string, terminal: Terminal): Promise<number> => {
  const timeline = new Timeline();
  let number = 0;
  let torn = 0;
  const out: string[] = [];
  let written = 0;
  const flush = (): void => {
    if (out.length === 0) return;
    process.stdout.write(`${written === 0 ? '' : ',\n'}${out.join(',\n')}`);
    written += out.length;
    out.length = 0;
  };
  for await (const text of await open(path)) {
    number += 1;
    const event = parseLine(text);
    if (number === 1 && event?.type !== 'slog') throw makeFailure(path, 'is no slog: its first line does not say so');
    if (number === 1) process.stdout.write('{"displayTimeUnit":"ms","traceEvents":[\n');
    // A kernel that was killed leaves half a line, and the next one goes on after it.
    if (event === undefined) torn += 1;
    else out.push(...timeline.take(event).map(each => JSON.stringify(each)));
    if (out.length > 1000) flush();
  }
  if (number === 0) throw makeFailure(path, 'is empty');
  flush();
  process.stdout.write('\n]}\n');
  if (torn > 0) terminal.tell(`${torn} of ${number} lines of ${path} are torn, and were passed over`);
  return EXIT.ok;
};
