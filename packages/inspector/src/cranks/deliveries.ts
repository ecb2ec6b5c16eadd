/** Deliveries of a range of cranks, as transcripts have them: what a vat was told, and what it sent meanwhile. */
import type { Delivery, Message } from '@cooperage/protocol/delivery';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { describeDelivery, describeMethargs } from '../describe.ts';
import { type Fields, toFields } from '../fields.ts';
import { byNumber } from '../page.ts';
import type { CrankSpan } from './crank-spans.ts';

export type CrankDelivery = {
  readonly crank: number;
  readonly vat: string;
  readonly position: number;
  readonly incarnation: number;
  /** `message`, `notify`, ...; 'unread' when the row is too long to be looked into here. */
  readonly kind: string;
  /** For people. */
  readonly text: string;
  readonly syscalls: number;
  /** 'ok', or how it ended. */
  readonly outcome: string;
};

/** A message in one vat's refs, as it was sent there or delivered there. */
export type SeenMessage = {
  readonly crank: number;
  readonly vat: string;
  /** Place among what the vat sent in this crank; 0 for what was delivered. */
  readonly index: number;
  readonly target: string;
  readonly body: string;
  readonly slots: number;
  readonly result: string | null;
  /** `.greet("alice")`, for people. */
  readonly call: string;
};

export type DeliveryRead = {
  readonly delivery: CrankDelivery;
  readonly delivered: SeenMessage | undefined;
  readonly sent: readonly SeenMessage[];
};

/** Longer rows are not looked into: megabytes of arguments draw no better arrow. */
const READ_LENGTH = 100_000;

const COLUMNS = `t.vat, t.position, t.incarnation, t.crank, t.outcome ->> 'outcome' AS outcome,
  iif(length(t.delivery) <= ${READ_LENGTH}, t.delivery, NULL) AS delivery, length(t.delivery) AS delivery_length,
  iif(length(t.syscalls) <= ${READ_LENGTH}, t.syscalls, NULL) AS syscalls, length(t.syscalls) AS syscalls_length`;

type Place = { readonly crank: number; readonly vat: string; readonly index: number };

const toSeen = (place: Place, target: string, { methargs, result }: Message<string>): SeenMessage => ({
  ...place,
  target,
  body: methargs.body,
  slots: methargs.slots.length,
  result,
  call: describeMethargs(methargs),
});

const toRead = (row: Fields): DeliveryRead => {
  const [vat, crank] = [row.text('vat'), row.number('crank')];
  const delivery = row.textOrNull('delivery') === null ? undefined : (row.json('delivery') as Delivery<string>);
  const syscalls =
    row.textOrNull('syscalls') === null ? undefined : (row.json('syscalls') as { readonly syscall: Syscall<string> }[]);
  const sent = (syscalls ?? []).flatMap(({ syscall }) => (syscall.type === 'send' ? [syscall] : []));
  return {
    delivery: {
      crank,
      vat,
      position: row.number('position'),
      incarnation: row.number('incarnation'),
      kind: delivery?.type ?? 'unread',
      text: delivery === undefined ? `<${row.number('delivery_length')} characters>` : describeDelivery(delivery),
      syscalls: syscalls?.length ?? -1,
      outcome: row.text('outcome'),
    },
    delivered: delivery?.type === 'message' ? toSeen({ crank, vat, index: 0 }, delivery.target, delivery.message) : undefined,
    sent: sent.map((send, index) => toSeen({ crank, vat, index }, send.target, send.message)),
  };
};

/** In the order of cranks. */
export const readDeliveries = (store: ReadOnlyStore, spans: readonly CrankSpan[]): readonly DeliveryRead[] => {
  const sql = `SELECT ${COLUMNS} FROM json_each(:spans) s CROSS JOIN transcripts t
      ON t.vat = s.value ->> 'vat' AND t.position >= s.value ->> 'first' AND t.position < s.value ->> 'end'
    ORDER BY t.crank, ${byNumber('t.vat', 1)}, t.position`;
  return store.query(sql, { spans: JSON.stringify(spans) }).map(row => toRead(toFields(row)));
};
