/**
 * Looks at what crashes leave: goes through a recording, lets the machine crash after every operation in several ways, and opens each
 * image as a kernel would. The image must hold the state after some commit, and none that was acknowledged may be missing.
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { auditTables } from '@cooperage/kernel/audit/audit';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { digestOf } from './digest.ts';
import { Disk, type DiskFile, type Fate, type PendingWrite } from './disk.ts';
import { Random } from './random.ts';
import type { Recording } from './recording.ts';
import { Workload } from './workload.ts';

/** kill: the process dies, the machine lives. cut: all that was not synced is lost. The others keep some of it. */
export type CrashKind = 'kill' | 'cut' | 'subset' | 'torn' | 'garbage' | 'last only';
const POWER_CUTS: readonly CrashKind[] = ['subset', 'torn', 'garbage', 'subset', 'torn', 'last only'];

export type Findings = {
  images: number;
  operations: number;
  readonly byKind: Record<CrashKind, number>;
  /** Images that cannot be opened, that the audit finds fault with, or that hold no state that ever was. */
  readonly inconsistent: string[];
  /** Images that lack commits which were acknowledged. */
  readonly lossy: string[];
  worstLoss: number;
  /** Images with which a kernel went on. */
  continued: number;
};

export type Exploration = {
  readonly recording: Recording;
  /** Where images are written. */
  readonly room: string;
  readonly seed: number;
  /** About how many images to look at. */
  readonly images: number;
};

/** How many power cuts are tried after one operation at most; some come out like others. */
const ATTEMPTS = 12;
const INTEGRITY_EVERY = 64;
const CONTINUED_EVERY = 256;

/** The files of an image by name, each with what becomes of its writes. */
type Image = Map<string, { readonly file: DiskFile; readonly fates: ReadonlyMap<number, Fate> }>;

type Moment = { readonly acknowledged: number; readonly begun: number; readonly operation: number };

export class Explorer {
  readonly findings: Findings = {
    images: 0,
    operations: 0,
    byKind: { kill: 0, cut: 0, subset: 0, torn: 0, garbage: 0, 'last only': 0 },
    inconsistent: [],
    lossy: [],
    worstLoss: 0,
    continued: 0,
  };
  readonly #exploration: Exploration;
  readonly #random: Random;
  readonly #disk: Disk;
  /** First and last number of each state; two commits may leave the same. */
  readonly #states = new Map<string, { first: number; last: number }>();
  readonly #sound = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(exploration: Exploration) {
    this.#exploration = exploration;
    this.#random = new Random(exploration.seed);
    this.#disk = new Disk(exploration.recording.folder);
    exploration.recording.states.forEach((digest, number) => {
      this.#states.set(digest, { first: this.#states.get(digest)?.first ?? number, last: number });
    });
  }

  async explore(): Promise<Findings> {
    const { recording, images } = this.#exploration;
    const changes = recording.operations.filter(({ type }) => type === 'write' || type === 'truncate' || type === 'sync').length;
    let owed = 0;
    let moment: Moment = { acknowledged: -1, begun: 0, operation: 0 };
    for (const [number, operation] of recording.operations.entries()) {
      if (operation.type === 'mark') {
        const [what, state] = operation.text.split(' ');
        if (what === 'begun') moment = { ...moment, begun: Number(state) };
        if (what === 'acknowledged') moment = { ...moment, acknowledged: Number(state), begun: Number(state) };
      }
      if (!this.#disk.apply(operation)) continue;
      this.findings.operations += 1;
      moment = { ...moment, operation: number };
      owed += images / changes;
      const kinds = ['cut', 'kill', ...Array.from({ length: ATTEMPTS }, () => this.#random.pick(POWER_CUTS))] as const;
      // Some operations leave few possibilities; the next ones make up for them.
      for (const kind of kinds) if (owed >= 1 && (await this.#crash(kind, moment))) owed -= 1;
    }
    return this.findings;
  }

  /** Whether this is an image that was not seen before. */
  async #crash(kind: CrashKind, moment: Moment): Promise<boolean> {
    const { nameChanges } = this.#disk;
    const changes = kind === 'kill' ? nameChanges : kind === 'cut' ? 0 : this.#random.below(nameChanges + 1);
    const image: Image = new Map();
    let key = '';
    for (const [path, file] of this.#disk.namesAfter(changes)) {
      const fates = this.#decide(kind, file);
      key += `${basename(path)} ${file.id} ${file.syncs} ${fates.key}\n`;
      image.set(basename(path), { file, fates: fates.byWrite });
    }
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.findings.images += 1;
    this.findings.byKind[kind] += 1;
    this.#write(image);
    await this.#judge(kind, moment);
    return true;
  }

  /** What becomes of each write to a file, and the same as text. */
  #decide(kind: CrashKind, file: DiskFile): { key: string; byWrite: ReadonlyMap<number, Fate> } {
    const byWrite = new Map<number, Fate>();
    const keys: string[] = [];
    const likelihood = this.#random.pick([0.1, 0.5, 0.9]);
    file.pending.forEach((write, i) => {
      const isLast = i === file.pending.length - 1;
      const [fate, key] = this.#decideOne(kind, { write, likelihood, isLast });
      byWrite.set(write.id, fate);
      if (fate !== 'lost') keys.push(`${write.id}${key}`);
    });
    return { key: keys.join(), byWrite };
  }

  #decideOne(
    kind: CrashKind,
    { write, likelihood, isLast }: { write: PendingWrite; likelihood: number; isLast: boolean },
  ): [fate: Fate, key: string] {
    const random = this.#random;
    const isKept = kind === 'kill' || (kind === 'last only' ? isLast : kind !== 'cut' && random.chance(likelihood));
    const isTorn = (kind === 'torn' || kind === 'garbage') && write.type === 'write' && random.chance(0.5);
    if (!isTorn) return isKept ? ['kept', ''] : ['lost', ''];
    const torn = random.below(2 ** 31);
    const keepsSector = (sector: number): boolean => new Random(torn + sector).chance(0.5);
    return [{ keepsSector, garbage: kind === 'garbage' ? () => random.below(256) : undefined }, `~${torn}`];
  }

  #write(image: Image): void {
    const { room } = this.#exploration;
    for (const name of readdirSync(room)) if (!image.has(name)) rmSync(join(room, name));
    for (const [name, { file, fates }] of image) file.writeAfter(join(room, name), ({ id }) => fates.get(id) ?? 'lost');
  }

  async #judge(kind: CrashKind, moment: Moment): Promise<void> {
    const { findings } = this;
    const where = `${kind} after operation ${moment.operation} (seed ${this.#exploration.seed})`;
    try {
      const { store } = openStore({ path: join(this.#exploration.room, basename(this.#exploration.recording.database)) });
      try {
        const problem = this.#inspect(store, moment);
        if (problem?.loses === undefined) {
          if (problem !== undefined) findings.inconsistent.push(`${where}: ${problem.text}`);
        } else {
          findings.lossy.push(`${where}: ${problem.text}`);
          findings.worstLoss = Math.max(findings.worstLoss, problem.loses);
        }
        if (problem === undefined && findings.images % CONTINUED_EVERY === 0) await this.#goOn(store);
      } finally {
        store.close();
      }
    } catch (error) {
      findings.inconsistent.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #inspect(store: Store, { acknowledged, begun }: Moment): { text: string; loses?: number } | undefined {
    if (this.findings.images % INTEGRITY_EVERY === 0) {
      const [verdict] = store.query('SELECT * FROM pragma_integrity_check');
      if (verdict?.integrity_check !== 'ok') return { text: `integrity check: ${String(verdict?.integrity_check)}` };
    }
    const digest = digestOf(store);
    const state = this.#states.get(digest);
    if (state === undefined || state.first > begun) return { text: `no state up to ${begun}` };
    if (!this.#sound.has(digest)) {
      const problems = auditTables(store.tables);
      if (problems.length > 0) return { text: `the audit of state ${state.last} finds ${JSON.stringify(problems)}` };
      this.#sound.add(digest);
    }
    if (state.last >= acknowledged) return undefined;
    return { text: `state ${state.last}, but ${acknowledged} was acknowledged`, loses: acknowledged - state.last };
  }

  /** A kernel goes on with the image, replays what its vats need, and leaves the tables sound. */
  async #goOn(store: Store): Promise<void> {
    const workload = new Workload(store, { seed: this.findings.images });
    for (let i = 0; i < 3; i += 1) await workload.step();
    const problems = workload.kernel.audit();
    await workload.kernel.stop();
    if (problems.length > 0) throw new Error(`after going on the audit finds ${JSON.stringify(problems)}`);
    this.findings.continued += 1;
  }
}
