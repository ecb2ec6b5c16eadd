/** One crank: what was delivered, what the vat asked for meanwhile, where the message came from and where its own went. */
import { CooperageError } from '@cooperage/protocol/errors';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { describeDelivery, describeResult, describeSyscall } from '../describe.ts';
import { readTranscript, type TranscriptRecord } from '../transcript.ts';
import { findCrankSpans, findNeighbourCranks, readLastCrank } from './crank-spans.ts';
import { readDeliveries } from './deliveries.ts';
import { joinMessages, type MessageArrow } from './message-arrows.ts';
import { insistNumber, MARGIN } from './timeline.ts';

/** A delivery as lines for people, in the vat's refs. */
export type ToldDelivery = {
  readonly vat: string;
  readonly name: string;
  readonly position: number;
  readonly incarnation: number;
  readonly crank: number;
  readonly kind: string;
  readonly text: string;
  readonly syscalls: readonly { readonly kind: string; readonly text: string; readonly result: string }[];
  /** How many more syscalls there were. */
  readonly more: number;
  readonly outcome: string;
  readonly problem: string | null;
};

export type CrankAnswer = {
  readonly crank: number;
  readonly last: number;
  /** None for a crank without a delivery: what the host puts in, and actions of the collector that were moot. */
  readonly deliveries: readonly ToldDelivery[];
  /** Messages that were delivered or sent in this crank. */
  readonly arrows: readonly MessageArrow[];
  readonly previous: number | null;
  readonly next: number | null;
};

/** `syscalls`: how many are told at most. */
export const tellDelivery = (
  { vat, name }: { readonly vat: string; readonly name: string },
  record: TranscriptRecord,
  syscalls: number,
): ToldDelivery => ({
  vat,
  name,
  position: record.position,
  incarnation: record.incarnation,
  crank: record.crank,
  kind: record.delivery.type,
  text: describeDelivery(record.delivery),
  syscalls: record.syscalls.slice(0, syscalls).map(({ syscall, result }) => {
    return { kind: syscall.type, text: describeSyscall(syscall), result: describeResult(result) };
  }),
  more: Math.max(0, record.syscalls.length - syscalls),
  outcome: record.outcome.outcome,
  problem: record.outcome.problem ?? null,
});

/** Throws ERR_ARGUMENT when there was no such crank. `syscalls`: how many are told of each delivery; 500 when absent. */
export const readCrank = (store: ReadOnlyStore, crank: number, syscalls: number = 500): CrankAnswer =>
  store.inSnapshot(() => {
    insistNumber(crank, 'crank', [0, Number.MAX_SAFE_INTEGER]);
    const last = readLastCrank(store);
    if (crank > last) {
      const remedy = last < 0 ? 'there were none yet' : `the last so far is crank ${last}`;
      throw new CooperageError('ERR_ARGUMENT', `there was no crank ${crank} yet`, { subject: String(crank), remedy });
    }
    const deliveries = findCrankSpans(store, { from: crank, to: crank }).flatMap(({ vat, first, end }) => {
      const answer = readTranscript(store, vat, { from: first, to: end - 1 });
      return answer.rows.map(record => tellDelivery(answer.vat, record, syscalls));
    });
    const around = deliveries.some(({ kind, syscalls: told }) => kind === 'message' || told.some(one => one.kind === 'send'))
      ? readDeliveries(store, findCrankSpans(store, { from: Math.max(0, crank - MARGIN), to: crank + MARGIN }))
      : [];
    const arrows = joinMessages(
      store,
      around.flatMap(({ sent }) => sent),
      around.flatMap(({ delivered }) => delivered ?? []),
    );
    return {
      crank,
      last,
      deliveries,
      arrows: arrows.filter(({ from, to }) => from?.crank === crank || to?.crank === crank),
      ...findNeighbourCranks(store, crank),
    };
  });
