/** Tells open pages when the database has changed, as server-sent events. The database is looked at only while somebody listens. */
import type { ServerResponse } from 'node:http';
import type { Reader } from './reader.ts';

const LOOK_MS = 1_000;

export class Follower {
  readonly #reader: Reader;
  readonly #listeners = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  #known = '';

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The answer stays open until the listener goes away. */
  add(response: ServerResponse): void {
    this.#listeners.add(response);
    response.on('close', () => {
      this.#listeners.delete(response);
      if (this.#listeners.size === 0) this.#stop();
    });
    // What is known may be old; whoever comes hears what there is now.
    this.#known = '';
    if (this.#timer === undefined) void this.#look();
  }

  close(): void {
    this.#stop();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const response of listeners) response.end();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    this.#timer = setTimeout(() => {}, LOOK_MS);
    const { status, body } = await this.#reader.ask('state', {});
    const event = status === 200 ? 'state' : 'trouble';
    if (`${event} ${body}` !== this.#known) {
      this.#known = `${event} ${body}`;
      for (const response of this.#listeners) response.write(`event: ${event}\ndata: ${body}\n\n`);
    }
    clearTimeout(this.#timer);
    this.#timer = this.#listeners.size === 0 ? undefined : setTimeout(() => void this.#look(), LOOK_MS);
  }
}
