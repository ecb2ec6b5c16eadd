/** What each crank of a run was and came to, by number: a crank that is done again after a crash takes the place of the lost one. */
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import type { VatId } from '@cooperage/protocol/refs';

export type CrankEntry = {
  readonly work: string;
  delivery?: string;
  hash?: string;
  /** What vats said on their consoles. */
  readonly said: string[];
  /** What the harvest of this crank found. */
  dead?: { readonly vat: VatId; readonly vrefs: readonly string[] };
};

export class CrankLog {
  readonly #entries: CrankEntry[] = [];
  #open: { readonly number: number; readonly entry: CrankEntry } | undefined;

  /** The crank that is open now. */
  get crank(): number | undefined {
    return this.#open?.number;
  }

  note(event: SlogEvent): void {
    if (event.type === 'crank-start') {
      this.#open = { number: event.crank, entry: { work: event.work, said: [] } };
    } else if (event.type === 'deliver' && this.#open !== undefined) {
      this.#open.entry.delivery = `${event.vat} ${canonicalJson(event.delivery)}`;
    } else if (event.type === 'crank-finish') {
      // What the host puts in does not say when it starts.
      const entry = this.#open?.entry ?? { work: 'input', said: [] };
      entry.hash = event.crankHash;
      this.#entries[event.crank] = entry;
      this.#open = undefined;
    }
  }

  say(line: string): void {
    this.#open?.entry.said.push(line);
  }

  find(crank: number): CrankEntry | undefined {
    return this.#entries[crank];
  }

  keepDead(vat: VatId, vrefs: readonly string[]): void {
    if (this.#open !== undefined) this.#open.entry.dead = { vat, vrefs };
  }

  findDead(crank: number, vat: VatId): readonly string[] | undefined {
    const dead = this.#entries[crank]?.dead;
    return dead?.vat === vat ? dead.vrefs : undefined;
  }

  /** The kernel died in the middle of a crank. */
  forgetOpen(): void {
    this.#open = undefined;
  }

  /** What was said in the cranks from `first` up to, not including, `end`. */
  linesSaid(first: number, end: number): readonly string[] {
    return this.#entries.slice(first, end).flatMap(entry => entry.said);
  }
}

const cut = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}...` : text);

const describeEntry = (entry: CrankEntry | undefined): string =>
  entry === undefined ? 'no such crank' : cut(`${entry.work}${entry.delivery === undefined ? '' : ` ${entry.delivery}`}`);

/** The first of so many cranks that is not the same in both; undefined when all are. */
export const describeDifference = (calm: CrankLog, hard: CrankLog, cranks: number): string | undefined => {
  for (let crank = 0; crank < cranks; crank += 1) {
    const [one, other] = [calm.find(crank), hard.find(crank)];
    if (one?.hash === other?.hash) continue;
    const [was, is] = [describeEntry(one), describeEntry(other)];
    if (was === is) return `crank ${crank} left other rows behind: ${was}`;
    return `crank ${crank} was another:\n  calm: ${was}\n  hard: ${is}`;
  }
  return undefined;
};
