/**
 * The vats that are in memory: at most so many at once, the least recently used one goes first. Bringing one in replays its
 * transcript. Who is in memory is never recorded and cannot be observed.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { VatWorker, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { SlogEvent } from '../observe/slog.ts';
import { readVatOptions } from './options.ts';
import { replayTranscript } from './replay.ts';

export type WarehouseOptions = {
  readonly tables: Tables;
  readonly launcher: WorkerLauncher;
  readonly maxOnline: number;
  readonly log: (event: SlogEvent) => void;
};

export class Warehouse {
  readonly #options: WarehouseOptions;
  /** In order of last use, oldest first. */
  readonly #online = new Map<VatId, VatWorker>();

  constructor(options: WarehouseOptions) {
    this.#options = options;
  }

  /** What a worker that is launched now runs on. */
  engine(): { readonly worker: string; readonly engine: string } {
    const { kind, engine } = this.#options.launcher;
    return { worker: kind, engine };
  }

  /** The worker of `vat`, brought in if need be. */
  async provideWorker(vat: VatId): Promise<VatWorker> {
    const known = this.#online.get(vat);
    if (known !== undefined) {
      this.#online.delete(vat);
      this.#online.set(vat, known);
      return known;
    }
    while (this.#online.size >= this.#options.maxOnline) {
      const [oldest] = this.#online.keys();
      if (oldest === undefined) break;
      await this.evict(oldest);
    }
    const worker = await this.#launch(vat);
    this.#online.set(vat, worker);
    return worker;
  }

  async #launch(vat: VatId): Promise<VatWorker> {
    const { tables, launcher, log } = this.#options;
    const row = tables.vats.get(vat);
    const { name, incarnation, bundle: bundleId } = row;
    const { relaxDurability } = readVatOptions(row);
    const { format, content } = tables.bundles.get(bundleId);
    const worker = await launcher.launch({ vat, name, incarnation, bundle: { id: bundleId, format, content }, relaxDurability });
    launcher.setMuted?.(vat, true);
    try {
      log({ type: 'replay-start', vat, incarnation });
      const deliveries = await replayTranscript(tables, vat, worker);
      log({ type: 'replay-finish', vat, deliveries });
    } catch (error) {
      await worker.stop();
      throw error;
    } finally {
      launcher.setMuted?.(vat, false);
    }
    return worker;
  }

  /** Frees the worker of `vat`, if it is in memory. */
  async evict(vat: VatId): Promise<void> {
    const worker = this.#online.get(vat);
    if (worker === undefined) return;
    this.#online.delete(vat);
    this.#options.log({ type: 'evict', vat });
    await worker.stop();
  }

  /** How many vats may be in memory at once. */
  get capacity(): number {
    return this.#options.maxOnline;
  }

  /** Whether the next vat that is brought in drives another one out. */
  get isFull(): boolean {
    return this.#online.size >= this.#options.maxOnline;
  }

  /** Vats in memory, least recently used first. */
  listOnline(): VatId[] {
    return [...this.#online.keys()];
  }

  listWorkers(): ReadonlyMap<VatId, VatWorker> {
    return this.#online;
  }

  async stop(): Promise<void> {
    for (const vat of this.listOnline()) await this.evict(vat);
  }
}
