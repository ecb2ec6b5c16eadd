/**
 * What the kernel knows of virtual and durable objects: row `export.<baseRef>`, one letter a facet in the order of their numbers
 * (one in all for an object without facets): `r` the kernel can reach it, `s` it can recognize it (it has seen it), `n` neither.
 * Absent: the kernel knows none of it.
 */
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import type { Suspects } from '../gc/suspects.ts';
import type { StoredRows } from './rows.ts';

export type FacetStatus = 'reachable' | 'recognizable' | 'unknown';

const LETTER = { reachable: 'r', recognizable: 's', unknown: 'n' } as const;
const STATUS: Readonly<Record<string, FacetStatus>> = { r: 'reachable', s: 'recognizable', n: 'unknown' };

export const EXPORT_PREFIX = 'export.';
const rowOf = (baseRef: string): string => `${EXPORT_PREFIX}${baseRef}`;

const split = (vref: VRef): { baseRef: VRef; facet: number } => {
  const parsed = parseVRef(vref);
  if (parsed === undefined || parsed.durability === 'ephemeral') throw new Error(`${vref} is no virtual or durable object`);
  return { baseRef: parsed.baseRef, facet: parsed.facet ?? 0 };
};

export class ExportStatus {
  readonly #rows: StoredRows;
  readonly #suspects: Suspects;

  constructor(rows: StoredRows, suspects: Suspects) {
    this.#rows = rows;
    this.#suspects = suspects;
  }

  get(vref: VRef): FacetStatus {
    const { baseRef, facet } = split(vref);
    return STATUS[this.#rows.findRare(rowOf(baseRef))?.[facet] ?? 'n'] ?? 'unknown';
  }

  /** Changes the status of one facet. An object that the kernel can no longer reach is looked at by the next BOYD. */
  set(vref: VRef, status: FacetStatus): void {
    const { baseRef, facet } = split(vref);
    const key = rowOf(baseRef);
    const stored = this.#rows.findRare(key);
    const letters = [...(stored ?? '').padEnd(facet + 1, 'n')];
    if (letters[facet] === LETTER[status]) return;
    letters[facet] = LETTER[status];
    const text = letters.join('');
    if (/^n*$/.test(text)) this.#rows.delete(key);
    else if (stored === undefined) this.#rows.add(key, text);
    else this.#rows.set(key, text);
    if (!text.includes('r')) this.#suspects.add(baseRef);
  }

  /** Whether the kernel can reach any facet. */
  isReachable(baseRef: VRef): boolean {
    return this.#rows.findRare(rowOf(baseRef))?.includes('r') ?? false;
  }

  /** Forgets a deleted object, and gives the vrefs that the kernel must be told are retired. */
  forget(baseRef: VRef, isFaceted: boolean): readonly VRef[] {
    const text = this.#rows.findRare(rowOf(baseRef));
    if (text === undefined) return [];
    this.#rows.delete(rowOf(baseRef));
    return [...text].flatMap((letter, facet) => (letter === 'n' ? [] : [(isFaceted ? `${baseRef}:${facet}` : baseRef) as VRef]));
  }
}
