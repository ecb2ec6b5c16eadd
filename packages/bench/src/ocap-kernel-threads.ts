/**
 * A thread for each vat of ocap-kernel, connected by its own streams. Its authors run vats on Node like this, but the package that does
 * it is not in the registry.
 */
import { Worker } from 'node:worker_threads';
import { peerFile } from './peer.ts';

export type Streams = { readonly NodeWorkerDuplexStream: { readonly make: (worker: Worker) => Promise<unknown> } };

const script = peerFile('ocap-kernel', 'vat-worker.mjs');

export class VatThreads {
  readonly #streams: Streams;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Map<string, Worker>();

  constructor(streams: Streams, onError: (error: unknown) => void) {
    this.#streams = streams;
    this.#onError = onError;
  }

  readonly launch = (id: string): Promise<unknown> => {
    // None of our arguments: a loader for TypeScript would be most of a thread's cost.
    const worker = new Worker(script, { workerData: id, execArgv: [] });
    worker.on('error', this.#onError);
    this.#running.set(id, worker);
    return this.#streams.NodeWorkerDuplexStream.make(worker);
  };

  readonly terminate = async (id: string): Promise<void> => {
    await this.#running.get(id)?.terminate();
    this.#running.delete(id);
  };

  readonly terminateAll = async (): Promise<void> => {
    await Promise.all([...this.#running.keys()].map(this.terminate));
  };
}
