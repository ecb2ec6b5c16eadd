/**
 * The host of a simulation: owns the store and the kernel, closes and opens them, dies and comes back. What it remembers follows the
 * database: after a death it knows what it knew at the last commit, and insists that the kernel does too.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { Kernel } from '@cooperage/kernel/kernel';
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import { CooperageError } from '@cooperage/protocol/errors';

import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';
import { Chronicle } from './chronicle.ts';
import { HostHand } from './host-hand.ts';
import { Mishaps, SimulatedCrash } from './mishaps.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { SeededChoices } from './seeded-choices.ts';
import { makeSimLauncher, type SimLauncher } from './sim-worker.ts';
import type { SimulationOptions } from './simulation-options.ts';

/** The files of one database. */
const SUFFIXES = ['', '-wal', '-shm', '.lock'];
const MEMORY = ':memory:';

export class SimHost {
  readonly chronicle = new Chronicle();
  readonly hand = new HostHand();
  readonly mishaps = new Mishaps(() => this.#takeImage());
  readonly choices: SeededChoices;
  readonly #scenario: Scenario;
  readonly #options: SimulationOptions;
  readonly #wonders: string[] = [];
  #openings = 0;
  #path: string;
  /** A copy of the files as the dying host left them. */
  #image: string | undefined;
  #isShortOfRoom = false;
  #committed = { crankNumber: 0, activityHash: '' };
  #store: Store;
  #launcher: SimLauncher;
  #kernel: Kernel;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#path = options.database ?? MEMORY;
    this.choices = new SeededChoices(new Random(scenario.seed).fork('choices'), scenario.choices);
    this.#store = openStore({ path: this.#path, synchronous: 'OFF' }).store;
    this.#launcher = this.#makeLauncher();
    this.#kernel = this.#openKernel();
  }

  get kernel(): Kernel {
    return this.#kernel;
  }

  get tables(): Tables {
    return this.#store.tables;
  }

  get launcher(): SimLauncher {
    return this.#launcher;
  }

  /** What somebody saw that nobody must ever see. */
  get wonders(): readonly string[] {
    return [...this.#wonders, ...this.chronicle.wonders];
  }

  get #isFile(): boolean {
    return this.#options.database !== undefined;
  }

  #makeLauncher(): SimLauncher {
    const { collector, organicSeed } = this.#options;
    const organic = new Random(organicSeed ?? this.#scenario.seed).fork(`organic ${this.#openings}`);
    this.#openings += 1;
    return makeSimLauncher({
      organic: collector === 'simulated' ? organic : undefined,
      organicChance: this.#scenario.organicChance,
      mayCycle: this.#scenario.mayCycle,
      chronicle: this.chronicle,
      mishaps: this.mishaps,
      findImport: (vat, name) =>
        this.tables.clists.listByVat(vat, { prefix: 'o-' }).find(({ kref }) => this.hand.findName(kref) === name)?.vref,
      onWonder: problem => this.#wonders.push(problem),
    });
  }

  #openKernel(): Kernel {
    const { maxOnline = this.#scenario.maxOnline, auditEveryCrank = true, coverage } = this.#options;
    coverage?.follow(this.#store, this.#launcher.lives, kref => this.hand.findName(kref));
    return new Kernel({
      store: this.#store,
      launcher: this.#launcher,
      auditEveryCrank,
      maxOnline,
      maybe: this.choices.maybe,
      slog: event => this.#listen(event),
      beforeCommit: () => this.mishaps.insistAlive(),
    });
  }

  #listen(event: SlogEvent): void {
    this.hand.listen(event);
    this.#options.coverage?.observe(event);
    if (event.type === 'deliver') this.#insistMayHear(event);
    if (event.type === 'deliver-result' && event.fault !== null) this.chronicle.undoDelivery(event.vat);
    if (event.type === 'commit') this.#noteCommit();
    // Last: it may throw, and what it tells of has happened.
    this.mishaps.listen(event);
  }

  /** A suspended vat may be upgraded, and goes on then. */
  #insistMayHear({ vat, delivery }: SlogEvent & { type: 'deliver' }): void {
    const { state } = this.tables.vats.get(vat);
    const isUpgrade = delivery.type === 'stopVat' || delivery.type === 'startVat';
    if ((state === 'suspended' && !isUpgrade) || state === 'terminated')
      this.#wonders.push(`a delivery to ${vat}, which is ${state}`);
  }

  #noteCommit(): void {
    const { crankNumber, activityHash } = this.#kernel;
    this.#committed = { crankNumber, activityHash };
    this.chronicle.commit();
    this.hand.commit();
  }

  /** What a kill would leave on the disk. The copying breaks SQLite's locks on the originals, and nobody needs them any more. */
  #takeImage(): void {
    if (!this.#isFile) return;
    this.#image = `${this.#options.database}.${this.#openings}`;
    for (const suffix of ['', '-wal']) {
      if (existsSync(this.#path + suffix)) copyFileSync(this.#path + suffix, this.#image + suffix);
    }
  }

  /** Commits, closes and opens. */
  async restart(): Promise<void> {
    await this.#reopen(undefined);
  }

  /** The disk has room for so many pages more; in memory, the host dies after so many events. */
  async fillDisk(room: number): Promise<void> {
    if (!this.#isFile) return this.mishaps.crashAfter(room);
    const [taken] = this.#store.query('SELECT page_count AS pages FROM pragma_page_count');
    await this.#reopen(Number(taken?.['pages']) + Math.floor(room / 4));
  }

  /** Nothing goes wrong from here on: no crash waits, and the disk has room again. */
  async endMishaps(): Promise<void> {
    this.mishaps.end();
    if (this.#isShortOfRoom) await this.restart();
  }

  async #reopen(maxPages: number | undefined): Promise<void> {
    this.#kernel.commit();
    await this.#kernel.stop();
    if (this.#isFile) this.#reopenStore(maxPages === undefined ? {} : { maxPages });
    this.#launcher = this.#makeLauncher();
    this.#kernel = this.#openKernel();
  }

  /** Whether the host died of this, and may come back. */
  isDeath(error: unknown): boolean {
    return error instanceof SimulatedCrash || (error instanceof CooperageError && error.code === 'ERR_DATABASE_FULL');
  }

  /** After a death: opens what is left, and looks whether it is what was committed last. */
  async comeBack(): Promise<void> {
    this.mishaps.end();
    await this.#kernel.stop();
    if (this.#isFile) this.#reopenStore({});
    else if (this.#store.inBlock) this.#store.rollbackBlock();
    this.chronicle.rollBack();
    this.hand.rollBack();
    this.#launcher = this.#makeLauncher();
    this.#kernel = this.#openKernel();
    const { crankNumber, activityHash } = this.#kernel;
    if (crankNumber !== this.#committed.crankNumber || activityHash !== this.#committed.activityHash) {
      this.#wonders.push(`crank ${this.#committed.crankNumber} was committed, and after a crash the next is ${crankNumber}`);
    }
  }

  #reopenStore(limits: { readonly maxPages?: number }): void {
    this.#store.close();
    this.#isShortOfRoom = limits.maxPages !== undefined;
    if (this.#image !== undefined) {
      for (const suffix of SUFFIXES) rmSync(this.#path + suffix, { force: true });
      this.#path = this.#image;
      this.#image = undefined;
    }
    this.#store = openStore({ path: this.#path, synchronous: 'OFF', ...limits }).store;
  }

  async close(): Promise<void> {
    await this.#kernel.stop().catch(() => {});
    this.#store.close();
  }
}
