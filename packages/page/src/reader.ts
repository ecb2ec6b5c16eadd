/** The server's end of a process that reads the database: starts it, asks it one question at a time, ends it when it takes too long. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Parameters } from './answers.ts';
import { READY, type ReaderAnswer } from './reader-messages.ts';

export type ReaderOptions = {
  readonly path: string;
  /** For Node: what it needs to load these sources. */
  readonly execArgv: readonly string[];
  /** How long one question may take. */
  readonly timeLimitMs: number;
};

export type Answered = { readonly status: number; readonly body: string };

type Waiting = {
  readonly id: number;
  readonly name: string;
  readonly parameters: Parameters;
  readonly settle: (answer: Answered) => void;
  readonly isWanted: () => boolean;
};

// The ending is that of this module: sources in a clone, a build elsewhere.
const PROGRAM = fileURLToPath(new URL(`./reader-process.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));

const START_LIMIT_MS = 60_000;

const refuse = (status: number, message: string, remedy: string): Answered => ({
  status,
  body: JSON.stringify({ error: { code: status === 504 ? 'ERR_TOO_LONG' : 'ERR_READER', message, remedy } }),
});

export class Reader {
  readonly #options: ReaderOptions;
  readonly #queue: Waiting[] = [];
  #child: ChildProcess | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isReady = false;
  #isClosed = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** So that the first question need not wait for it. */
  start(): void {
    this.#provideChild();
  }

  /** `isWanted` is asked before the question is: who asked may have gone away. Never rejects. */
  ask(name: string, parameters: Parameters, isWanted: () => boolean = () => true): Promise<Answered> {
    if (this.#isClosed) return Promise.resolve(refuse(503, 'the server is closing', 'start it again'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise(settle => {
      this.#queue.push({ id, name, parameters, settle, isWanted });
      this.#askNext();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#child !== undefined) this.#forgetChild(this.#child);
    const waiting = [...(this.#current === undefined ? [] : [this.#current]), ...this.#queue.splice(0)];
    this.#current = undefined;
    for (const { settle } of waiting) settle(refuse(503, 'the server is closing', 'start it again'));
  }

  #askNext(): void {
    if (this.#current !== undefined || this.#isClosed) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    if (!next.isWanted()) {
      next.settle(refuse(499, 'nobody waits for the answer any more', 'ask again'));
      this.#askNext();
      return;
    }
    this.#current = next;
    const child = this.#provideChild();
    this.#limit(child, this.#isReady ? this.#options.timeLimitMs : START_LIMIT_MS);
    if (this.#isReady) this.#send(child, next);
  }

  #send(child: ChildProcess, { id, name, parameters }: Waiting): void {
    child.send({ id, name, parameters }, error => {
      if (error !== null) this.#settle(refuse(500, `the database cannot be asked: ${error.message}`, 'ask again'));
    });
  }

  #limit(child: ChildProcess, limitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#forgetChild(child);
      this.#settle(refuse(504, `no answer within ${limitMs / 1000} seconds`, 'ask for less, or narrow it down'));
    }, limitMs);
  }

  #beReady(child: ChildProcess): void {
    this.#isReady = true;
    if (this.#current === undefined) return;
    this.#limit(child, this.#options.timeLimitMs);
    this.#send(child, this.#current);
  }

  #settle(answer: Answered): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    current?.settle(answer);
    this.#askNext();
  }

  #forgetChild(child: ChildProcess): void {
    child.removeAllListeners();
    // What it still has to say when it is killed is not for anybody.
    child.on('error', () => {});
    child.kill('SIGKILL');
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#isReady = false;
  }

  #provideChild(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const { path, execArgv } = this.#options;
    const child = fork(PROGRAM, [path], { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (answer: ReaderAnswer | typeof READY) => {
      if (answer === READY) this.#beReady(child);
      else if (answer.id === this.#current?.id) this.#settle({ status: answer.status, body: answer.body });
    });
    const end = (problem: string): void => {
      if (this.#child !== child) return;
      this.#forgetChild(child);
      if (this.#current !== undefined) this.#settle(refuse(500, problem, 'ask again'));
    };
    child.on('error', error => end(`the process that reads the database failed: ${error.message}`));
    child.on('exit', code => end(`the process that reads the database ended (${code ?? 'killed'})`));
    this.#child = child;
    return child;
  }
}
