/**
 * The events of a slog put together to cranks: what was taken, what was delivered, what was asked for, what was queued. Timelines and spans
 * are made of these. A crank that queued an item is the cause of the crank that takes it: `position` and `enqueued` say which.
 */
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import type { Delivery } from '@cooperage/protocol/delivery';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';

/** An event as it stands in a file; `time` is the host's, in milliseconds. */
export type SlogLine = SlogEvent & { readonly time?: number };

export type SlogDelivery = {
  readonly vat: VatId;
  readonly delivery: Delivery<KRef>;
  readonly syscalls: readonly (Syscall<KRef> | null)[];
};

export type SlogCrank = {
  readonly crank: number;
  /** What was taken; 'input' for what the host put in. */
  readonly work: string;
  /** Whom it was for; null when for none. */
  readonly vat: VatId | null;
  /** The item of the run queue that was taken. */
  readonly position: number | null;
  /** The items that it queued. */
  readonly enqueued: readonly number[];
  readonly deliveries: readonly SlogDelivery[];
  /** Why it was abandoned and began again; null when it was not. */
  readonly problem: string | null;
  readonly crankHash: string;
  /** Items in the run queue after it, of those that the slog knows. */
  readonly queued: number;
  readonly startTime: number | undefined;
  readonly finishTime: number | undefined;
};

type Draft = {
  work: string;
  vat: VatId | null;
  position: number | null;
  startTime: number | undefined;
  problem: string | null;
  enqueued: number[];
  deliveries: { vat: VatId; delivery: Delivery<KRef>; syscalls: (Syscall<KRef> | null)[] }[];
};

const makeDraft = (): Draft => ({
  work: 'input',
  vat: null,
  position: null,
  startTime: undefined,
  problem: null,
  enqueued: [],
  deliveries: [],
});

export class SlogCranks {
  readonly #queue = new Set<number>();
  #draft = makeDraft();

  /** Takes the next event; returns the crank that it finishes, if it finishes one. */
  take(event: SlogLine): SlogCrank | undefined {
    const draft = this.#draft;
    switch (event.type) {
      case 'slog':
        // A kernel that died in the middle of a crank is opened again.
        this.#draft = makeDraft();
        return undefined;
      case 'crank-start':
        Object.assign(draft, { work: event.work, vat: event.vat, position: event.position, startTime: event.time });
        if (event.position !== null) this.#queue.delete(event.position);
        return undefined;
      case 'deliver':
        draft.vat = event.vat;
        draft.deliveries.push({ vat: event.vat, delivery: event.delivery, syscalls: [] });
        return undefined;
      case 'syscall':
        draft.deliveries.at(-1)?.syscalls.push(event.syscall);
        return undefined;
      case 'queue':
        this.#takeQueueEvent(event);
        return undefined;
      case 'crank-abandon':
        draft.problem = event.problem;
        for (const position of draft.enqueued) this.#queue.delete(position);
        draft.enqueued = [];
        if (draft.position !== null) this.#queue.add(draft.position);
        return undefined;
      case 'crank-finish':
        this.#draft = makeDraft();
        return {
          ...draft,
          crank: event.crank,
          crankHash: event.crankHash,
          queued: this.#queue.size,
          finishTime: event.time,
        };
      default:
        return undefined;
    }
  }

  #takeQueueEvent({ change, position }: Extract<SlogEvent, { type: 'queue' }>): void {
    if (change === 'removed') this.#queue.delete(position);
    else this.#queue.add(position);
    if (change === 'enqueued') this.#draft.enqueued.push(position);
  }
}
