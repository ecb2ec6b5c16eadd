/** Talks to the bundler's thread, which lives only while there is something to bundle. `bundle-cache.ts` is the caller. */
import { Worker } from 'node:worker_threads';
import { CooperageError } from '@cooperage/protocol/errors';

/** What went wrong, and which files had been read by then. */
export type BundlingFailure = {
  readonly message: string;
  readonly read: readonly string[];
  readonly typeScript:
    { readonly path: string; readonly line: number; readonly column: number; readonly problem: string } | undefined;
};

export type BundlerBundle = {
  readonly moduleFormat: 'endoZipBase64';
  readonly endoZipBase64: string;
  readonly endoZipBase64Sha512: string;
};

export type BundlingResult = {
  readonly bundle: BundlerBundle;
  /** Every file that was read, with its SHA-512; null for one that was looked for and is not there. */
  readonly files: ReadonlyMap<string, string | null>;
  /** Every path that was resolved, with where it led. */
  readonly links: ReadonlyMap<string, string>;
};

type Reply = { readonly id: number } & (BundlingResult | { readonly failure: BundlingFailure });
type Waiting = {
  readonly resolve: (result: BundlingResult | BundlingFailure) => void;
  readonly reject: (error: unknown) => void;
};

export class Bundler {
  #thread: Worker | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Bundles the module in a file with all that it imports. */
  bundle(path: string): Promise<BundlingResult | BundlingFailure> {
    this.#lastId += 1;
    const id = this.#lastId;
    const thread = this.#provideThread();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.postMessage({ id, path });
    });
  }

  #provideThread(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    // Without the loaders and flags of the host's process: the thread's modules are plain JavaScript.
    const thread = new Worker(new URL('./bundler-thread.mjs', import.meta.url), { execArgv: [] });
    this.#thread = thread;
    thread.on('message', (reply: Reply) => this.#accept(reply));
    thread.on('error', error => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, undefined));
    return thread;
  }

  #accept(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    waiting?.resolve('failure' in reply ? reply.failure : reply);
    if (this.#waiting.size > 0) return;
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
  }

  #lose(thread: Worker, cause: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    const error = new CooperageError('ERR_VAT_SOURCE', `the bundler stopped before it was done${reason}`, { cause });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
