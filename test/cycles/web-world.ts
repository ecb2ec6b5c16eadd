/**
 * A kernel whose vats hold a graph that is drawn at random, round after round: nodes are made and tied in every way, some are let go of,
 * vats are upgraded, ended and suspended, the kernel is opened anew. After each collection of cycles its tables must hold what the model
 * says and no more, and every node that is left must hold what it was told to hold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly } from '@cooperage/store/read-only';
import { openKernel, type KernelController, type KernelRef } from 'cooperage';
import { Random } from '../crash/random.ts';
import { WebHand } from './web-hand.ts';
import { WebModel, type Kind, type Node } from './web-model.ts';
import { ascending, insist, walkWeb } from './web-walk.ts';

type Act = readonly [string, ...unknown[]];

const KINDS: readonly Kind[] = ['heap', 'heap', 'virtual', 'durable'];
const source = new URL('../vats/vat-web.js', import.meta.url);

export class WebWorld {
  readonly model = new WebModel();
  readonly story: string[] = [];
  readonly #random: Random;
  readonly #folder: string;
  #kernel: KernelController | undefined;
  #vats: string[];
  #made: number;
  readonly #hand = new WebHand();

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#folder = mkdtempSync(join(tmpdir(), 'cooperage-web-'));
    this.#made = 2 + this.#random.below(4);
    this.#vats = Array.from({ length: this.#made }, (_, i) => `w${i + 1}`);
  }

  get #database(): string {
    return join(this.#folder, 'web.sqlite');
  }

  get kernel(): KernelController {
    if (this.#kernel === undefined) throw new Error('the world is closed');
    return this.#kernel;
  }

  async open(): Promise<void> {
    const vats = Object.fromEntries(this.#vats.map(name => [name, { source }]));
    const options = { database: this.#database, console: 'silent', synchronous: 'OFF' } as const;
    this.#kernel = await openKernel(this.story.length === 0 ? { ...options, vats } : { ...options, sources: 'stored' });
    await this.kernel.run();
  }

  async close(): Promise<void> {
    await this.#kernel?.close();
    this.#kernel = undefined;
    rmSync(this.#folder, { recursive: true });
  }

  /** Plays one seed to its end. */
  async play(): Promise<void> {
    await this.open();
    const rounds = 2 + this.#random.below(3);
    for (let round = 1; round <= rounds; round += 1) {
      this.#tell(`round ${round}`);
      await this.#letGo();
      await this.#draw();
      await this.#stir();
      await this.#openHands();
      if (this.#random.chance(0.25)) await this.#restart();
      if (this.#random.chance(0.25)) await this.#collectNextToClosed();
      await this.#collectAndCheck();
      await walkWeb({ kernel: this.kernel, model: this.model, hand: this.#hand, vats: this.#vats });
    }
    await this.#finish();
  }

  #tell(what: string): void {
    this.story.push(what);
  }

  async #act(vat: string, acts: readonly Act[]): Promise<void> {
    if (acts.length > 0) await this.kernel.call(vat, 'act', [acts]);
  }

  async #actAll(acts: ReadonlyMap<string, readonly Act[]>): Promise<void> {
    for (const [vat, list] of acts) {
      for (const [name, ...args] of list) this.#tell(`${vat}: ${name} ${args.map(arg => this.#hand.describe(arg)).join(' ')}`);
      await this.#act(vat, list);
    }
    await this.kernel.run();
  }

  /** Nodes that can be told to do something, and be held. */
  #inHand(): Node[] {
    return [...this.#hand.refs.keys()].flatMap(id => (this.model.ended.has(id) ? [] : [this.model.get(id)]));
  }

  #add(acts: Map<string, Act[]>, vat: string, act: Act): void {
    const list = acts.get(vat);
    if (list === undefined) acts.set(vat, [act]);
    else list.push(act);
  }

  /** Cuts some of what there is. */
  async #letGo(): Promise<void> {
    const { model } = this;
    const random = this.#random;
    const acts = new Map<string, Act[]>();
    const heard: { readonly vat: string; readonly to: number }[] = [];
    for (const { id, vat, kind } of this.#inHand()) {
      const ref = this.#hand.get(id);
      if (random.chance(0.2)) {
        model.clear(id);
        this.#add(acts, vat, ['clear', ref]);
      }
      if (kind !== 'heap' || random.chance(0.8)) continue;
      if (random.chance(0.5)) {
        model.forget(id);
        this.#add(acts, vat, ['forgetAll', ref]);
      } else {
        heard.push(...model.settle(id));
        this.#add(acts, vat, ['settleAll', ref]);
      }
    }
    await this.#actAll(acts);
    await this.#hear(heard);
    await this.#dropRoots();
  }

  async #hear(expected: readonly { readonly vat: string; readonly to: number }[]): Promise<void> {
    for (const vat of this.#vats) {
      const heard = (await this.kernel.call(vat, 'takeHeard')) as readonly KernelRef[];
      const ids: number[] = [];
      for (const ref of heard) {
        ids.push(await this.#hand.identify(this.kernel, ref));
        await ref.release();
      }
      const wanted = expected.filter(one => one.vat === vat).map(({ to }) => to);
      insist(ascending(ids) === ascending(wanted), () => `${vat} heard of ${ascending(ids)}, not ${ascending(wanted)}`);
    }
  }

  async #dropRoots(): Promise<void> {
    const { model } = this;
    const random = this.#random;
    for (const id of [...model.held]) {
      if (!random.chance(0.4)) continue;
      this.#tell(`the host lets go of n${id}`);
      model.held.delete(id);
    }
    for (const [promise, id] of [...model.answers]) {
      if (!random.chance(0.4)) continue;
      this.#tell(`the host lets go of the answer n${id}`);
      model.answers.delete(promise);
      await this.kernel.release(promise);
    }
    const gone = model.places.filter(() => random.chance(0.4));
    model.places = model.places.filter(place => !gone.includes(place));
    const acts = new Map<string, Act[]>();
    for (const { place, vat, name } of gone) this.#add(acts, vat, [place === 'kept' ? 'drop' : 'remove', name]);
    await this.#actAll(acts);
  }

  /** New nodes, and ties among all that is in the host's hand. */
  async #draw(): Promise<void> {
    const random = this.#random;
    for (const vat of this.#vats) {
      const nodes = Array.from({ length: 1 + random.below(7) }, () => this.model.add(vat, random.pick(KINDS)));
      this.#tell(`${vat}: make ${nodes.map(({ id, kind }) => `n${id} (${kind})`).join(', ')}`);
      const refs = (await this.kernel.call(vat, 'make', [nodes.map(({ kind, id }) => [kind, id])])) as readonly KernelRef[];
      nodes.forEach(({ id }, i) => this.#hand.learn(id, refs[i] as KernelRef));
    }
    const acts = new Map<string, Act[]>();
    const nodes = this.#inHand();
    const ties = Math.round(nodes.length * (0.8 + random.fraction()));
    for (let i = 0; i < ties; i += 1) this.#tie(acts, nodes);
    for (const { id } of nodes) if (random.chance(0.12)) await this.#root(acts, id);
    await this.#actAll(acts);
  }

  /** Whether `from` may hold it: what is durable holds what is durable, and what is of others. */
  #mayHold(from: Node, to: Node): boolean {
    return from.kind !== 'durable' || from.vat !== to.vat || to.kind === 'durable';
  }

  #tie(acts: Map<string, Act[]>, nodes: readonly Node[]): void {
    const random = this.#random;
    const { statements } = this.model;
    const [from, to, other] = [random.pick(nodes), random.pick(nodes), random.pick(nodes)];
    const [source, target] = [this.#hand.get(from.id), this.#hand.get(to.id)];
    const dice = random.fraction();
    if (dice < 0.25 && from.kind === 'heap') {
      this.#tieByPromise(acts, from, to, nodes);
    } else if (dice < 0.5) {
      if (!this.#mayHold(from, to) || !this.#mayHold(from, other)) return;
      const same = statements.findIndex(one => one.type === 'weak' && one.from === from.id && one.key === other.id);
      if (same >= 0) statements.splice(same, 1);
      statements.push({ type: 'weak', from: from.id, key: other.id, to: to.id });
      this.#add(acts, from.vat, ['mark', source, this.#hand.get(other.id), target]);
    } else {
      if (!this.#mayHold(from, to)) return;
      const how = random.pick(from.kind === 'heap' ? ['hold', 'file', 'enlist', 'settle'] : ['hold', 'file', 'enlist']);
      statements.push({ type: 'strong', from: from.id, to: to.id });
      this.#add(acts, from.vat, [how, source, target]);
    }
  }

  /** Somebody waits for what `from` can settle. */
  #tieByPromise(acts: Map<string, Act[]>, from: Node, to: Node, nodes: readonly Node[]): void {
    const random = this.#random;
    const vat = random.pick(this.#vats);
    const [settler, thing] = [this.#hand.get(from.id), this.#hand.get(to.id)];
    if (random.chance(0.4)) {
      this.model.statements.push({ type: 'park', from: from.id, to: to.id, vat });
      this.#add(acts, vat, [random.pick(['park', 'parkAndWait']), settler, thing]);
      return;
    }
    const holders = nodes.filter(node => node.vat === vat && node.kind !== 'durable');
    const holder = random.chance(0.5) && holders.length > 0 ? random.pick(holders) : undefined;
    this.model.statements.push({ type: 'await', from: from.id, settler: from.vat, holder: holder?.id, vat, to: to.id });
    this.#add(acts, vat, ['await', settler, thing, ...(holder === undefined ? [] : [this.#hand.get(holder.id)])]);
  }

  async #root(acts: Map<string, Act[]>, id: number): Promise<void> {
    const { model } = this;
    const random = this.#random;
    const vat = random.pick(this.#vats);
    const node = model.get(id);
    const where = random.pick(['held', 'kept', 'baggage', 'answer'] as const);
    if (where === 'held') {
      this.#tell(`the host holds n${id}`);
      model.held.add(id);
    } else if (where === 'answer') {
      this.#tell(`an answer holds n${id}`);
      model.answers.set(await this.kernel.send(vat, 'same', [this.#hand.get(id)]), id);
    } else {
      if (where === 'baggage' && node.vat === vat && node.kind !== 'durable') return;
      const name = `n${id} in round ${this.story.length}`;
      model.places.push({ place: where, vat, name, to: id });
      this.#add(acts, vat, [where === 'kept' ? 'keep' : 'store', name, this.#hand.get(id)]);
    }
  }

  /** Something that befalls a vat. */
  async #stir(): Promise<void> {
    const random = this.#random;
    const vat = random.pick(this.#vats);
    const dice = random.fraction();
    if (dice < 0.25) {
      this.#tell(`reap ${vat}`);
      await this.kernel.reap(vat);
    } else if (dice < 0.4) {
      this.#tell(`upgrade ${vat}`);
      await this.kernel.upgradeVat(vat);
      this.model.endHeap(vat, false);
    } else if (dice < 0.5) {
      const next = `w${(this.#made += 1)}`;
      this.#tell(`terminate ${vat}, install ${next}`);
      await this.kernel.terminateVat(vat, 'for the test');
      await this.kernel.installVat(next, { source });
      await this.kernel.run();
      this.model.endHeap(vat, true);
      this.#vats = this.#vats.map(name => (name === vat ? next : name));
    }
  }

  /** The host lets go of what it has not been told to hold. */
  #openHands(): Promise<void> {
    return this.#hand.open(id => this.model.held.has(id));
  }

  async #restart(): Promise<void> {
    this.#tell('restart');
    await this.kernel.close();
    this.#hand.refs.clear();
    this.model.held.clear();
    await this.open();
  }

  /** One vat is suspended, others let go of things, and there is a collection before it goes on. */
  async #collectNextToClosed(): Promise<void> {
    const { model } = this;
    const random = this.#random;
    await this.#collectAndCheck();
    const vat = random.pick(this.#vats);
    this.#tell(`suspend ${vat}`);
    model.closed.set(vat, model.reachedBy(vat));
    await this.kernel.suspendVat(vat);
    const [sent] = [...model.held].filter(id => !model.ended.has(id));
    const name = `n${sent} in a message`;
    if (sent !== undefined) {
      this.#tell(`${vat} is to keep n${sent}`);
      await this.kernel.send(vat, 'keep', [name, this.#hand.get(sent)]).then(promise => this.kernel.release(promise));
      model.places.push({ place: 'kept', vat, name, to: sent });
      if (random.chance(0.7)) model.held.delete(sent);
    }
    await this.#openHands();
    await this.#collect();
    this.#checkRows(vat);
    this.#tell(`resume ${vat}`);
    await this.kernel.resumeVat(vat);
    model.closed.delete(vat);
    await this.kernel.run();
  }

  async #collect(): Promise<void> {
    await this.kernel.collect({ cycles: true });
    const findings = this.kernel.audit();
    insist(findings.length === 0, () => `the audit finds ${JSON.stringify(findings[0])}`);
  }

  async #collectAndCheck(): Promise<void> {
    await this.#collect();
    this.#checkRows(undefined);
    this.model.collected();
  }

  /** The kernel has a row for each node that it must know, and for no other. What a closed vat owns may wait. */
  #checkRows(closed: string | undefined): void {
    const { model } = this;
    const rows = this.kernel
      .objects()
      .filter(({ state, owner }) => state !== 'root' && (closed === undefined || owner !== closed));
    const there = rows.map(({ ref }) => this.#hand.findId(ref) ?? -1);
    const wanted = [...model.findKnown()].filter(
      id => closed === undefined || model.get(id).vat !== closed || model.ended.has(id),
    );
    const lost = wanted.filter(id => !there.includes(id));
    const leaked = there.filter(id => !wanted.includes(id));
    const show = (ids: readonly number[]): string => ids.map(id => `n${id}`).join(' ');
    insist(lost.length === 0, () => `lost: ${show(lost)}`);
    insist(leaked.length === 0, () => `leaked: ${show(leaked)}`);
  }

  /** Everything is let go of: nothing may be left but roots, and rows that are never deleted. */
  async #finish(): Promise<void> {
    const { model } = this;
    this.#tell('the end');
    model.held.clear();
    for (const promise of model.answers.keys()) await this.kernel.release(promise);
    model.answers.clear();
    const acts = new Map<string, Act[]>();
    for (const { place, vat, name } of model.places) this.#add(acts, vat, [place === 'kept' ? 'drop' : 'remove', name]);
    model.places = [];
    await this.#openHands();
    await this.#actAll(acts);
    await this.#collectAndCheck();
    const { objects, promises } = this.kernel.stats().tables;
    insist(objects === this.#vats.length, () => `${objects} objects are left`);
    insist(promises === 0, () => `${promises} promises are left`);
    const left = this.#listStored();
    insist(left.length === 0, () => `rows are left: ${left.slice(0, 10).join(', ')}`);
  }

  /** Stored rows other than those of kinds, numbers and the baggage, which holds one handle. */
  #listStored(): string[] {
    const store = openReadOnly(this.#database);
    try {
      const rows = store.query('SELECT vat, key FROM vatstore ORDER BY vat, key');
      const keys = rows.map(({ vat, key }) => `${String(vat)} ${String(key)}`);
      return keys.filter(
        key => !/ (kind\.|counters$|collection\.o\+d2\/1$|tally\.o\+d2\/1$|entry\.o\+d2\/1\.skind$|count\.o\+d1\/)/.test(key),
      );
    } finally {
      store.close();
    }
  }
}
