/**
 * Breadth first through every state that a scope allows, so that what is found is found by a shortest way. In every new state the
 * audit must be empty; every act must be answered without a panic and within the protocol; and from every state, letting go must
 * lead to the baseline. The last costs nothing: letting go is one of the moves, so it is read off the graph that was walked.
 */
import { findDrainingAct, listActs, listLeaks, showAct, type Act } from './acts.ts';
import { keyOfState, keyWithoutTurn } from './canonical-state.ts';
import { Choices } from './choices.ts';
import type { Coverage } from './coverage.ts';
import type { Scope } from './scope.ts';
import type { TableState } from './table-image.ts';
import { World, type Outcome, type Sabotage } from './world.ts';

export type SearchLimits = {
  /** Stop finding new states after so many. */
  readonly states: number;
  /** How many states lie between two commits, at which the database checks its foreign keys. */
  readonly commitEvery?: number;
  readonly sabotage?: Sabotage;
};

export type SearchReport = {
  readonly scope: string;
  readonly states: number;
  readonly transitions: number;
  /** Acts from the first state to the farthest. */
  readonly depth: number;
  /** Whether every state within the scope was found. */
  readonly closed: boolean;
  /** States from which letting go was shown to lead to the baseline. */
  readonly drained: number;
  /** What is wrong, with the acts that lead there; the search ends at the first. */
  readonly finding: string | undefined;
  readonly coverage: Coverage;
};

type Found = {
  readonly parent: number;
  readonly label: string;
  readonly depth: number;
  /** Given up when the state has been expanded. */
  tables: TableState | undefined;
  /** Where letting go leads: another state, or nowhere at the baseline. */
  drain: number | typeof AT_REST | undefined;
};

const AT_REST = 'at rest';

export class Search {
  readonly #world: World;
  readonly #limits: SearchLimits & { readonly commitEvery: number };
  readonly #found: Found[] = [];
  readonly #numbers = new Map<string, number>();
  #transitions = 0;

  private constructor(world: World, limits: SearchLimits) {
    this.#world = world;
    this.#limits = { commitEvery: 500, ...limits };
  }

  /** Walks one scope from end to end. */
  static async run(scope: Scope, limits: SearchLimits): Promise<SearchReport> {
    const world = await World.make(scope, limits.sabotage);
    const search = new Search(world, limits);
    try {
      return await search.#run();
    } finally {
      await world.close();
    }
  }

  async #run(): Promise<SearchReport> {
    let finding: string | undefined;
    let expanded = 0;
    let drained = 0;
    try {
      this.#register(-1, 'start');
      for (; expanded < this.#found.length && this.#found.length < this.#limits.states; expanded += 1)
        await this.#expand(expanded);
      drained = await this.#drainAll();
    } catch (error) {
      finding = error instanceof Finding ? error.message : `${String(error)}\n${(error as Error).stack}`;
    }
    return {
      scope: this.#world.scope.name,
      states: this.#found.length,
      transitions: this.#transitions,
      depth: this.#found.at(-1)?.depth ?? 0,
      closed: expanded === this.#found.length,
      drained,
      finding,
      coverage: this.#world.coverage,
    };
  }

  /** The number of the state in which the world is; a new one is audited and kept. */
  #register(parent: number, label: string): number {
    const world = this.#world;
    const key = keyOfState(world.image);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#found.length;
    this.#numbers.set(key, number);
    const depth = (this.#found[parent]?.depth ?? -1) + 1;
    this.#found.push({ parent, label, depth, tables: world.save(), drain: undefined });
    const findings = world.audit();
    if (findings.length > 0) throw this.#makeFinding(number, findings.join('\n'));
    if (number % this.#limits.commitEvery === 0) world.commit();
    return number;
  }

  /** Does everything that may happen in a state. */
  async #expand(number: number): Promise<void> {
    const world = this.#world;
    const state = this.#get(number);
    this.#restore(number);
    const draining = this.#findDrain(number);
    for (const act of listActs(world.image, world.cast)) {
      const choices = new Choices();
      do {
        const next = await this.#take(number, act, choices);
        if (draining !== undefined && choices.isFirst && isSameAct(act, draining)) state.drain = next;
        this.#restore(number);
      } while (choices.advance());
    }
    state.tables = undefined;
  }

  /** One act in the state in which the world is; the number of the state that it leads to. */
  async #take(number: number, act: Act, choices: Choices): Promise<number> {
    let outcome: Outcome;
    this.#transitions += 1;
    try {
      outcome = await this.#world.perform(act, choices);
    } catch (error) {
      throw this.#makeFinding(number, `${showAct(act)}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (outcome.kind === 'refused') return number;
    const next = this.#register(number, outcome.label === '' ? showAct(act) : outcome.label);
    if (outcome.move?.illegal === true) await this.#insistHarmless(number, next, outcome);
    return next;
  }

  /** A fault changes nothing but its vat's state: what the host does by suspending or terminating that vat has the same effect. */
  async #insistHarmless(before: number, after: number, outcome: Outcome): Promise<void> {
    const { vat } = (outcome.kind === 'done' ? outcome.report : undefined) ?? {};
    if (vat === undefined || vat === null) return;
    this.#restore(before);
    const kind = this.#world.scope.onFault;
    await this.#world.perform({ kind, vat }, new Choices());
    // What came off the queue has had its turn, whatever became of it.
    const keys = [keyOfState(this.#world.image), keyWithoutTurn(this.#world.image)];
    if (keys.every(key => this.#numbers.get(key) !== after))
      throw this.#makeFinding(after, `the fault of ${vat} did more than to ${kind} it`);
  }

  /** What letting go does next in the state in which the world is; at rest, nothing may be left. */
  #findDrain(number: number): Act | undefined {
    const { image, cast } = this.#world;
    const draining = findDrainingAct(image, cast);
    if (draining !== undefined) return draining;
    const leaks = listLeaks(image, cast);
    if (leaks.length > 0) throw this.#makeFinding(number, `everything was let go, but these are left: ${leaks.join(', ')}`);
    this.#get(number).drain = AT_REST;
    return undefined;
  }

  /** Follows the way down from every state. States that were not expanded take their one step now. */
  async #drainAll(): Promise<number> {
    const settled = new Set<number>();
    for (let number = 0; number < this.#found.length; number += 1) {
      const way: number[] = [];
      const onWay = new Set<number>();
      let at = number;
      while (!settled.has(at)) {
        if (onWay.has(at)) throw this.#makeFinding(at, 'letting go leads back to this state and never to rest');
        way.push(at);
        onWay.add(at);
        const next = this.#get(at).drain ?? (await this.#drainOne(at));
        if (next === AT_REST) break;
        at = next;
      }
      for (const passed of way) settled.add(passed);
    }
    return settled.size;
  }

  async #drainOne(number: number): Promise<number | typeof AT_REST> {
    this.#restore(number);
    const draining = this.#findDrain(number);
    if (draining === undefined) return AT_REST;
    const next = await this.#take(number, draining, new Choices());
    this.#get(number).drain = next;
    return next;
  }

  #get(number: number): Found {
    const state = this.#found[number];
    if (state === undefined) throw new Error(`no state ${number}`);
    return state;
  }

  #restore(number: number): void {
    const { tables } = this.#get(number);
    if (tables === undefined) throw new Error(`state ${number} was given up`);
    this.#world.restore(tables);
  }

  #makeFinding(number: number, problem: string): Finding {
    const way: string[] = [];
    for (let at = number; at >= 0; at = this.#get(at).parent) way.unshift(this.#get(at).label);
    return new Finding(`${problem}\n  after: ${way.join('\n         ')}`);
  }
}

class Finding extends Error {}

const isSameAct = (a: Act, b: Act): boolean => showAct(a) === showAct(b);
