/**
 * What the code of each vat saw, line by line, in the history that counts. A vat that is rebuilt must see every line again and no
 * other; what a crash or an abandoned crank undid was never seen. Written by the script vats, held by the simulated host.
 */
import type { VatId } from '@cooperage/protocol/refs';

type Record = {
  readonly lines: string[];
  /** How many lines the present life has seen. */
  seen: number;
  rebuilding: boolean;
  /** Where the delivery in hand began. */
  mark: number;
  committed: number;
};

export class Chronicle {
  readonly #records = new Map<VatId, Record>();
  readonly #wonders: string[] = [];

  #provide(vat: VatId): Record {
    const known = this.#records.get(vat);
    if (known !== undefined) return known;
    const record = { lines: [], seen: 0, rebuilding: false, mark: 0, committed: 0 };
    this.#records.set(vat, record);
    return record;
  }

  /** A new life begins: its first line, and all that came after it, is what its incarnation saw before. */
  beginLife(vat: VatId, incarnation: number): void {
    const record = this.#provide(vat);
    const first = record.lines.indexOf(`incarnation ${incarnation}`);
    record.seen = first < 0 ? record.lines.length : first;
  }

  /** Until `endReplay` the new life is told what was told before. */
  beginReplay(vat: VatId): void {
    const record = this.#provide(vat);
    record.rebuilding = true;
  }

  endReplay(vat: VatId): void {
    const record = this.#provide(vat);
    record.rebuilding = false;
    const { seen, lines } = record;
    if (seen < lines.length) this.#wonders.push(`${vat} saw "${lines[seen]}", and after replay nothing`);
  }

  isReplaying(vat: VatId): boolean {
    return this.#provide(vat).rebuilding;
  }

  beginDelivery(vat: VatId): void {
    const record = this.#provide(vat);
    record.mark = record.lines.length;
  }

  /** The crank of the last delivery was abandoned. The life that saw it must end. */
  undoDelivery(vat: VatId): void {
    const record = this.#provide(vat);
    record.lines.length = record.mark;
  }

  note(vat: VatId, line: string): void {
    const record = this.#provide(vat);
    const { lines, seen, rebuilding } = record;
    record.seen += 1;
    if (!rebuilding) lines.push(line);
    else if (lines[seen] !== line) this.#wonders.push(`${vat} saw "${lines[seen] ?? 'nothing'}" and after replay "${line}"`);
  }

  commit(): void {
    for (const record of this.#records.values()) record.committed = record.lines.length;
  }

  /** Back to the last commit. */
  rollBack(): void {
    for (const record of this.#records.values()) record.lines.length = record.committed;
  }

  linesOf(vat: VatId): readonly string[] {
    return this.#provide(vat).lines;
  }

  /** What no rebuilt vat may see. */
  get wonders(): readonly string[] {
    return this.#wonders;
  }
}
