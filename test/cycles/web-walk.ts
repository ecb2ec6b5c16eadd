/** Follows every edge of a web that can be followed, from every root, and compares what the nodes say with what they were told. */
import { KernelRef, type KernelController } from 'cooperage';
import type { Looked, WebHand } from './web-hand.ts';
import type { WebModel } from './web-model.ts';

export type Web = {
  readonly kernel: KernelController;
  readonly model: WebModel;
  readonly hand: WebHand;
  readonly vats: readonly string[];
};

export const insist = (holds: boolean, problem: () => string): void => {
  if (!holds) throw new Error(problem());
};

export const ascending = (ids: Iterable<number>): string => [...new Set(ids)].sort((a, b) => a - b).join(' ');

const PLACES = [
  ['kept', 'kept'],
  ['baggage', 'stored'],
] as const;

class Walk {
  readonly #web: Web;
  readonly #agenda: number[];
  readonly #asked = new Set<string>();

  constructor(web: Web) {
    this.#web = web;
    this.#agenda = [...web.hand.refs.keys()];
  }

  async run(): Promise<void> {
    const { model } = this.#web;
    await this.#visitAnswers();
    for (const vat of this.#web.vats) await this.#visitPlaces(vat);
    do {
      for (let id = this.#agenda.pop(); id !== undefined; id = this.#agenda.pop()) if (!model.ended.has(id)) await this.#look(id);
      await this.#visitWeakEntries();
    } while (this.#agenda.length > 0);
  }

  async #visit(ref: KernelRef): Promise<number> {
    const { kernel, hand } = this.#web;
    const id = await hand.identify(kernel, ref);
    const known = hand.refs.get(id);
    if (known === undefined) {
      hand.learn(id, ref);
      this.#agenda.push(id);
    } else if (known !== ref) await ref.release();
    return id;
  }

  async #look(id: number): Promise<void> {
    const { kernel, hand, model } = this.#web;
    const [said, things] = (await kernel.call(hand.get(id), 'look')) as Looked;
    insist(said === id, () => `n${id} says that it is n${said}`);
    const found: number[] = [];
    for (const thing of things) found.push(await this.#visit(thing));
    const wanted = model.edgesOf(id);
    insist(ascending(found) === ascending(wanted), () => `n${id} holds ${ascending(found)}, not ${ascending(wanted)}`);
  }

  /** Entries of which both table and key have been met. */
  async #visitWeakEntries(): Promise<void> {
    const { kernel, hand, model } = this.#web;
    for (const statement of model.statements) {
      if (statement.type !== 'weak' || model.ended.has(statement.from)) continue;
      const { from, key, to } = statement;
      const [table, keyRef] = [hand.refs.get(from), hand.refs.get(key)];
      if (table === undefined || keyRef === undefined || this.#asked.has(`${from} ${key}`)) continue;
      this.#asked.add(`${from} ${key}`);
      const found = await kernel.call(table, 'find', [keyRef]);
      const id = found instanceof KernelRef ? await this.#visit(found) : undefined;
      insist(id === to, () => `n${from} has n${id} under n${key}, not n${to}`);
    }
  }

  async #visitAnswers(): Promise<void> {
    const { kernel, model } = this.#web;
    for (const [promise, to] of model.answers) {
      const { value } = (await kernel.promise(promise)) as { value?: unknown };
      const id = value instanceof KernelRef ? await this.#visit(value) : undefined;
      insist(id === to, () => `the answer is n${id}, not n${to}`);
    }
  }

  async #visitPlaces(vat: string): Promise<void> {
    const { kernel, model } = this.#web;
    for (const [place, method] of PLACES) {
      const entries = (await kernel.call(vat, method)) as readonly (readonly [string, KernelRef])[];
      const found: string[] = [];
      for (const [name, ref] of entries) found.push(`${name}=${await this.#visit(ref)}`);
      const wanted = model.places.flatMap(one => (one.vat === vat && one.place === place ? [`${one.name}=${one.to}`] : []));
      insist(found.sort().join() === wanted.sort().join(), () => `${vat} has ${found.join()}, not ${wanted.join()}`);
    }
  }
}

/** Afterwards the host has in its hand whatever can be come by. */
export const walkWeb = (web: Web): Promise<void> => new Walk(web).run();
