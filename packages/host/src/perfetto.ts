/**
 * A slog as a timeline: trace events as Perfetto and Chrome's tracing page open them. A track per vat, an arrow from the crank that queued
 * something to the crank that took it, and the length of the run queue. Where the host added no time, a crank is a millisecond.
 */
import { describeDelivery, describeSyscall } from '@cooperage/inspector/describe';
import { methodOf } from '@cooperage/marshal/single-slot';
import type { SlogCrank, SlogDelivery } from './slog-cranks.ts';
import { SlogCranks, type SlogLine } from './slog-cranks.ts';

/** In Google's trace event format. */
export type TraceEvent = {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly [field: string]: unknown;
};

const PROCESS = 1;
const KERNEL_TRACK = 0;
const MICROSECONDS = 1000;

type Place = { readonly ts: number; readonly tid: number };

const trackOf = (vat: string | null): number => (vat === null ? KERNEL_TRACK : Number(vat.slice(1)));

const nameOf = ({ work, deliveries: [first] }: SlogCrank): string => {
  if (first === undefined) return work;
  const { delivery } = first;
  return delivery.type === 'message' ? methodOf(delivery.message.methargs.body) : delivery.type;
};

const describe = ({ vat, delivery, syscalls }: SlogDelivery): Readonly<Record<string, unknown>> => ({
  vat,
  delivery: describeDelivery(delivery),
  syscalls: syscalls.map(syscall => (syscall === null ? 'illegal' : describeSyscall(syscall))),
});

export class Timeline {
  readonly #cranks = new SlogCranks();
  readonly #tracks = new Set<number>();
  /** Where each item of the run queue was queued. */
  readonly #causes = new Map<number, Place>();
  #flows = 0;

  /** Takes the next event of the slog and returns what it adds to the timeline. */
  take(event: SlogLine): readonly TraceEvent[] {
    const crank = this.#cranks.take(event);
    return crank === undefined ? [] : this.#draw(crank);
  }

  #draw(crank: SlogCrank): TraceEvent[] {
    const { position, enqueued, vat, queued, problem, deliveries } = crank;
    const tid = trackOf(vat);
    const { ts, dur } = timeOf(crank);
    const args = {
      crank: crank.crank,
      work: crank.work,
      hash: crank.crankHash,
      ...(problem === null ? {} : { abandoned: problem }),
    };
    const events = this.#introduce(tid, vat);
    events.push(
      {
        ph: 'X',
        name: nameOf(crank),
        cat: crank.work,
        pid: PROCESS,
        tid,
        ts,
        dur,
        args: { ...args, deliveries: deliveries.map(describe) },
      },
      { ph: 'C', name: 'run queue', pid: PROCESS, tid: KERNEL_TRACK, ts: ts + dur, args: { items: queued } },
    );
    const cause = position === null ? undefined : this.#causes.get(position);
    if (cause !== undefined && position !== null) {
      this.#causes.delete(position);
      this.#flows += 1;
      const flow = { name: 'queued', cat: 'queue', pid: PROCESS, id: this.#flows };
      events.push({ ...flow, ph: 's', ...cause }, { ...flow, ph: 'f', bp: 'e', tid, ts: ts + dur / 4 });
    }
    for (const item of enqueued) this.#causes.set(item, { ts: ts + dur / 2, tid });
    return events;
  }

  #introduce(tid: number, vat: string | null): TraceEvent[] {
    if (this.#tracks.has(tid)) return [];
    const process = { ph: 'M', name: 'process_name', pid: PROCESS, tid: KERNEL_TRACK, args: { name: 'kernel' } };
    const named = { ph: 'M', name: 'thread_name', pid: PROCESS, tid, args: { name: vat ?? 'no vat' } };
    const ordered = { ph: 'M', name: 'thread_sort_index', pid: PROCESS, tid, args: { sort_index: tid } };
    const events = [...(this.#tracks.size === 0 ? [process] : []), named, ordered];
    this.#tracks.add(tid);
    return events;
  }
}

const timeOf = ({ crank, startTime, finishTime }: SlogCrank): { readonly ts: number; readonly dur: number } => {
  if (finishTime === undefined) return { ts: crank * MICROSECONDS, dur: MICROSECONDS };
  const start = startTime ?? finishTime;
  return { ts: start * MICROSECONDS, dur: Math.max(1, (finishTime - start) * MICROSECONDS) };
};
