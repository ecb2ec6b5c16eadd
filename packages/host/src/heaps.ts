/** What vats keep in memory: sizes, and files for the tools that read heap snapshots. `kernel.heaps` and `heapOf`. */
import { createWriteStream, existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kernel } from '@cooperage/kernel/kernel';
import { CooperageError } from '@cooperage/protocol/errors';
import type { HeapSize } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import type { VatRow } from '@cooperage/store/tables/vats';
import type { SlogSink } from './slog-option.ts';
import { getVatByName } from './vat-lookup.ts';

/** What would be gone with this vat and nothing else: what it shares with other vats or with the host is not in it. */
export type VatHeap = HeapSize & { readonly vat: VatId; readonly name: string };

const refuse = ({ name, state }: VatRow): never => {
  throw new CooperageError('ERR_VAT_STATE', `the memory of vat "${name}" cannot be looked into`, {
    subject: name,
    remedy:
      state === 'running'
        ? 'Only workers that run in the process of the kernel can tell, and no raw vats.'
        : `The vat is ${state}.`,
  });
};

export type HeapOptions = {
  /** Where to write the heap snapshot of the vat; tools want a name that ends in `.heapsnapshot`. */
  readonly out?: string | URL | undefined;
};

type Parts = {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly slog: SlogSink | undefined;
};

const tell = ({ kernel, slog }: Parts, { vat, name }: VatRow, size: HeapSize): VatHeap => {
  slog?.write({ type: 'heap', crank: kernel.crankNumber, vat, bytes: size.bytes, objects: size.objects });
  return { vat, name, ...size };
};

/**
 * Of all vats that are in memory and can be looked into, in order of their numbers. A snapshot stops everything for a moment.
 */
export const measureHeaps = async (parts: Parts): Promise<readonly VatHeap[]> => {
  const look = await parts.kernel.lookIntoHeaps();
  return parts.store.tables.vats.list().flatMap(row => {
    const size = look?.measure(row.vat);
    return size === undefined ? [] : [tell(parts, row, size)];
  });
};

/** Nothing is ever written over: a slip of the hand could name the database. */
const writeExcerpt = async (out: string | URL, excerpt: Iterable<string>): Promise<void> => {
  const refused = (problem: string, remedy: string, cause?: unknown): CooperageError =>
    new CooperageError('ERR_ARGUMENT', `the heap snapshot cannot be written to ${String(out)}: ${problem}`, {
      ...{ subject: String(out), remedy, cause },
    });
  if (existsSync(out)) throw refused('it exists', 'name a file that does not exist yet');
  try {
    await pipeline(Readable.from(excerpt), createWriteStream(out, { flags: 'wx' }));
  } catch (error) {
    throw refused(String((error as NodeJS.ErrnoException).code), 'name a file in a directory that exists', error);
  }
};

/** Brings the vat in, if need be. What it shares with others is at the borders of the file, without size and content. */
export const measureHeap = async (parts: Parts, name: string, { out }: HeapOptions): Promise<VatHeap> => {
  const row = getVatByName(parts.store.tables, name);
  if (row.state !== 'running') refuse(row);
  const look = await parts.kernel.lookIntoHeaps(row.vat);
  const size = look?.measure(row.vat) ?? refuse(row);
  if (out !== undefined) await writeExcerpt(out, look?.excerpt(row.vat) ?? []);
  return tell(parts, row, size);
};
