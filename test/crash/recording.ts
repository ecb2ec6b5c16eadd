/**
 * A recording: everything that a kernel's life did to its files, in order, and the state of the database after each commit. Made by
 * running `record.ts` under the shim, as often as the life has processes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runUnderShim } from './shim.ts';

export type RecordPlan = {
  readonly folder: string;
  readonly database: string;
  readonly log: string;
  readonly ledger: string;
  readonly seed: number;
  readonly sessions: number;
  /** Steps of the workload per session. */
  readonly steps: number;
  readonly synchronous: 'FULL' | 'NORMAL' | 'OFF';
  readonly ending: 'close' | 'kill';
};

/** One process of a life. */
export type Chapter = Pick<RecordPlan, 'sessions' | 'steps' | 'ending'>;

export type FileOperation =
  | { readonly type: 'open'; readonly fd: number; readonly flags: number; readonly path: string }
  | { readonly type: 'close'; readonly fd: number }
  | { readonly type: 'write'; readonly fd: number; readonly offset: number; readonly data: Buffer }
  | { readonly type: 'truncate'; readonly fd: number; readonly size: number }
  | { readonly type: 'sync'; readonly fd: number }
  | { readonly type: 'unlink'; readonly path: string }
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  | { readonly type: 'mark'; readonly text: string };

export type Recording = {
  readonly folder: string;
  readonly database: string;
  readonly operations: readonly FileOperation[];
  /** The digest of the database after creation and after each commit. */
  readonly states: readonly string[];
};

const HEAD_BYTES = 24;

const parseOperation = (kind: number, { fd, offset, data }: { fd: number; offset: number; data: Buffer }): FileOperation => {
  const text = (): string => data.toString('utf8');
  switch (kind) {
    case 1:
      return { type: 'open', fd, flags: offset, path: text() };
    case 2:
      return { type: 'close', fd };
    case 3:
      return { type: 'write', fd, offset, data };
    case 4:
      return { type: 'truncate', fd, size: offset };
    case 5:
      return { type: 'sync', fd };
    case 6:
      return { type: 'unlink', path: text() };
    case 7: {
      const [from = '', to = ''] = text().split('\n');
      return { type: 'rename', from, to };
    }
    case 8:
      return { type: 'mark', text: text() };
    default:
      throw new Error(`the log has a record of kind ${kind}`);
  }
};

/** The log as the shim wrote it: see `struct head` in iolog.c. */
const parseLog = (log: Buffer): FileOperation[] => {
  const operations: FileOperation[] = [];
  for (let at = 0; at < log.length;) {
    const length = log.readUInt32LE(at + 16);
    const start = at + HEAD_BYTES;
    const data = log.subarray(start, start + length);
    operations.push(
      parseOperation(log.readUInt32LE(at), { fd: log.readInt32LE(at + 4), offset: Number(log.readBigUInt64LE(at + 8)), data }),
    );
    at = start + length;
  }
  return operations;
};

export type Life = {
  readonly library: string;
  /** Where the life may keep its files. */
  readonly room: string;
  readonly seed: number;
  readonly synchronous: RecordPlan['synchronous'];
  readonly chapters: readonly Chapter[];
};

/** Lives a life and reads what was written down. */
export const record = async ({ library, room, seed, synchronous, chapters }: Life): Promise<Recording> => {
  const folder = join(room, 'watched');
  const database = join(folder, 'kernel.sqlite');
  const [log, ledger] = [join(room, 'log'), join(room, 'ledger')];
  for (const [number, chapter] of chapters.entries()) {
    const plan: RecordPlan = { folder, database, log, ledger, synchronous, ...chapter, seed: seed + 100 * number };
    const ended = runUnderShim('record.ts', { library, args: [JSON.stringify(plan)] });
    await (chapter.ending === 'kill' ? ended.then(insistKilled, insistKilled) : ended);
  }
  const states = readFileSync(ledger, 'utf8').trimEnd().split('\n');
  return { folder, database, operations: parseLog(readFileSync(log)), states };
};

const insistKilled = (error: unknown): void => {
  if (!(error instanceof Error) || !error.message.includes('SIGKILL')) throw new Error('was to be killed', { cause: error });
};
