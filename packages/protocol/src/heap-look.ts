/**
 * What a look into the memories of vats found: what in a vat leads to what it has under a name. Made from one heap snapshot, for
 * people who ask why something is alive; nothing of it is ever part of what a vat or the kernel does.
 */
import type { VatId } from './refs.ts';

/**
 * What a vat's memory hangs from. `export`: what it holds because others name it, its root among them. `awaits`: those who wait for a
 * promise that somebody else settles. `promise`: a promise that it is to settle, and others know. `stored`: a promise that its virtual
 * data cite. `kind`: the methods of a stored kind.
 */
export type HeapSource = {
  readonly kind: 'export' | 'awaits' | 'promise' | 'stored' | 'kind';
  /** A vref, `h<N>`, or the number of a kind. */
  readonly ref: string;
};

/** One step: by which edge, to what. `property held`, `object`. */
export type HeapStep = { readonly edge: string; readonly to: string };

export type HeapPath = {
  readonly source: HeapSource;
  /** Whether one of its steps is an entry of a WeakMap, which holds as long as its key does. */
  readonly needsKey: boolean;
  /** What the source is, and the steps from there. */
  readonly describe: () => { readonly from: string; readonly steps: readonly HeapStep[] };
};

/** What a vat alone keeps in memory. */
export type HeapSize = {
  readonly bytes: number;
  readonly objects: number;
  /** By constructor or type, the largest first. */
  readonly largest: readonly { readonly kind: string; readonly objects: number; readonly bytes: number }[];
};

export interface HeapLook {
  /** From each source that leads there the shortest path that passes no other source. Undefined: that memory was not looked into. */
  findPaths(vat: VatId, ref: string): readonly HeapPath[] | undefined;
  /** Undefined: that memory was not looked into. */
  measure(vat: VatId): HeapSize | undefined;
  /**
   * A heap snapshot with what the vat alone keeps, as pieces of text in the format of V8; what it shares with others ends it, as objects
   * of no size that lead nowhere. Undefined: that memory was not looked into.
   */
  excerpt(vat: VatId): Iterable<string> | undefined;
}
