/**
 * Lets every operation of a kernel's life fail, one life per operation: opens a database, commits some blocks and closes it, first
 * without faults to learn what must come out, then with the first operation failing, the second, and so on until a life ends without
 * having met its fault. After each the database is opened again without faults: it must be sound, with everything acknowledged.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { auditTables } from '@cooperage/kernel/audit/audit';
import { CooperageError } from '@cooperage/protocol/errors';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { digestOf } from './digest.ts';
import { failAt, removeFolder, stopFailing, type Fault } from './shim.ts';
import { Workload } from './workload.ts';

/** Where a life begins: with no database, with one that was closed, with one whose kernel was killed. */
export type Beginning = 'nothing' | 'closed' | 'killed';
export type Trial = { readonly beginning: Beginning; readonly seed: number; readonly name: string; readonly fault: Fault };
export type TrialReport = {
  readonly name: string;
  readonly beginning: Beginning;
  readonly faults: number;
  /** How lives ended: by error code, or 'unharmed' where the fault was got over. */
  readonly endings: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
};

const STEPS_BEFORE = 6;
const STEPS = 3;
const FILES = ['kernel.sqlite', 'kernel.sqlite-wal', 'kernel.sqlite-journal'];
/** What a database error may be called; whatever else comes out is a fault of ours. */
const EXPECTED = /^ERR_DATABASE/;

/** What one life came to. */
type Life = { acknowledged: number; error: unknown };

/** Opening a database takes few operations, each of them another; of what comes later every so-manieth may do. */
const EACH_OF_FIRST = 12;

export class Injector {
  readonly #room: string;
  readonly #golden = new Map<string, readonly string[]>();
  readonly #sound = new Set<string>();

  /** `room` is the folder that the shim watches. */
  constructor(room: string) {
    this.#room = room;
  }

  async run(trial: Trial, { stride = 1 }: { stride?: number } = {}): Promise<TrialReport> {
    const endings: Record<string, number> = {};
    const problems: string[] = [];
    const states = await this.#provideStates(trial);
    let faults = 0;
    for (let n = 1; ; n += n < EACH_OF_FIRST ? 1 : stride) {
      const folder = await this.#prepare(trial);
      failAt(n, trial.fault);
      const life = await this.#live(folder, trial);
      const { failed } = stopFailing();
      if (failed > 0) {
        faults += 1;
        const ending = life.error === undefined ? 'unharmed' : codeOf(life.error);
        endings[ending] = (endings[ending] ?? 0) + 1;
      }
      const problem = findOddError(life) ?? this.#verify(folder, { states, life });
      if (problem !== undefined) problems.push(`${trial.beginning}, ${trial.name} at ${n}: ${problem}`);
      removeFolder(folder);
      if (failed === 0) return { name: trial.name, beginning: trial.beginning, faults, endings, problems };
    }
  }

  /** The digest after opening and after each commit, when nothing fails. */
  async #provideStates(trial: Trial): Promise<readonly string[]> {
    const key = `${trial.beginning} ${trial.seed}`;
    const known = this.#golden.get(key);
    if (known !== undefined) return known;
    const states: string[] = [];
    const folder = await this.#prepare(trial);
    const life = await this.#live(folder, { ...trial, onState: digest => states.push(digest) });
    if (life.error !== undefined) throw life.error;
    removeFolder(folder);
    this.#golden.set(key, states);
    return states;
  }

  /** A new folder as the trial's beginning wants it. */
  async #prepare({ beginning, seed }: Trial): Promise<string> {
    const folder = join(this.#room, 'life');
    removeFolder(folder);
    mkdirSync(folder);
    if (beginning === 'nothing') return folder;
    const source = join(this.#room, `${beginning}-${seed}`);
    if (!existsSync(source)) await this.#makeBeginning(source, { beginning, seed });
    for (const name of readdirSync(source)) copyFileSync(join(source, name), join(folder, name));
    return folder;
  }

  async #makeBeginning(folder: string, { beginning, seed }: { beginning: Beginning; seed: number }): Promise<void> {
    const whole = join(this.#room, 'whole');
    mkdirSync(whole);
    mkdirSync(folder);
    const { store } = openStore({ path: join(whole, 'kernel.sqlite') });
    const workload = new Workload(store, { seed });
    for (let step = 0; step < STEPS_BEFORE; step += 1) await workload.step();
    const copy = (): void => {
      for (const name of FILES) if (existsSync(join(whole, name))) copyFileSync(join(whole, name), join(folder, name));
    };
    // What stands in the files while the kernel runs is what a kill leaves.
    if (beginning === 'killed') copy();
    await workload.kernel.stop();
    store.close();
    if (beginning === 'closed') copy();
    removeFolder(whole);
  }

  async #live(folder: string, { seed, onState }: Trial & { onState?: (digest: string) => void }): Promise<Life> {
    const life: Life = { acknowledged: -1, error: undefined };
    let store: Store | undefined;
    let workload: Workload | undefined;
    try {
      ({ store } = openStore({ path: join(folder, 'kernel.sqlite') }));
      const open = store;
      life.acknowledged = 0;
      onState?.(digestOf(open));
      const afterCommit = (): void => {
        life.acknowledged += 1;
        onState?.(digestOf(open));
      };
      workload = new Workload(open, { seed: seed + 1, watcher: { afterCommit } });
      for (let step = 0; step < STEPS; step += 1) await workload.step();
    } catch (error) {
      life.error = error;
      if (workload !== undefined) life.error = findGoingOn(workload) ?? error;
    }
    try {
      await workload?.kernel.stop();
      store?.close();
    } catch (error) {
      life.error ??= error;
      if (!isExpected(error)) life.error = error;
    }
    return life;
  }

  #verify(folder: string, { states, life }: { states: readonly string[]; life: Life }): string | undefined {
    let store: Store;
    try {
      ({ store } = openStore({ path: join(folder, 'kernel.sqlite') }));
    } catch (error) {
      return `cannot be opened again: ${String(error)}`;
    }
    try {
      const digest = digestOf(store);
      const state = states.lastIndexOf(digest);
      if (state < 0) return `holds a state that never was, after ${life.acknowledged} commits`;
      if (state < life.acknowledged) return `holds state ${state}, but ${life.acknowledged} was acknowledged`;
      const isWhole = life.error === undefined;
      if (isWhole && state !== states.length - 1) return `ended without an error in state ${state}`;
      if (states.indexOf(digest) > life.acknowledged + 1) return `holds state ${state}, but ${life.acknowledged} was the last`;
      if (this.#sound.has(digest)) return undefined;
      const findings = auditTables(store.tables);
      if (findings.length > 0) return `the audit finds ${JSON.stringify(findings)}`;
      this.#sound.add(digest);
      return undefined;
    } finally {
      store.close();
    }
  }
}

const codeOf = (error: unknown): string => (error instanceof CooperageError ? error.code : String(error));
const isExpected = (error: unknown): boolean => error instanceof CooperageError && EXPECTED.test(error.code);

const findOddError = ({ error }: Life): string | undefined => {
  if (error === undefined || isExpected(error)) return undefined;
  return `stopped with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};

/** After an error the kernel must refuse everything, with that error; undefined when it does. */
const findGoingOn = ({ kernel }: Workload): unknown => {
  try {
    kernel.setState('after', 'the fault');
    return new Error('the kernel went on after a database error');
  } catch (error) {
    return isExpected(error) ? undefined : error;
  }
};
