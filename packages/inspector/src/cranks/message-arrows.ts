/**
 * Which delivery each sent message became. A transcript speaks in its vat's own refs and nothing names the message, so two ends are joined
 * by what both say: method and arguments, the order of the queue, and, where c-lists still know them, target and result.
 */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from '../fields.ts';
import type { SeenMessage } from './deliveries.ts';

export type MessageArrow = {
  /** Null: from the host, or from before what was read. */
  readonly from: { readonly crank: number; readonly vat: string; readonly index: number } | null;
  /** Null: it waits, was rejected on its way, or was delivered after what was read. */
  readonly to: { readonly crank: number; readonly vat: string } | null;
  readonly call: string;
  /** 'refs': c-lists say that both ends are one message. 'likeness': method, arguments and order say so. 'none': one end only. */
  readonly proof: 'refs' | 'likeness' | 'none';
};

type Known = (vat: string, vref: string | null) => string | undefined;

const nameOf = (vat: string, vref: string): string => `${vat} ${vref}`;

/** What c-lists still know of the refs of these messages. */
const readKnown = (store: ReadOnlyStore, messages: readonly SeenMessage[]): Known => {
  const names = messages.flatMap(({ vat, target, result }) => [[vat, target], ...(result === null ? [] : [[vat, result]])]);
  const sql = `SELECT c.vat, c.vref, c.kref FROM json_each(:names) n CROSS JOIN clists c
    ON c.vat = n.value ->> 0 AND c.vref = n.value ->> 1`;
  const rows = store.query(sql, { names: JSON.stringify(names) }).map(toFields);
  const known = new Map(rows.map(row => [nameOf(row.text('vat'), row.text('vref')), row.text('kref')]));
  return (vat, vref) => (vref === null ? undefined : known.get(nameOf(vat, vref)));
};

/** Whether both can be one message; 'refs' when its result proves it. */
const compare = (sent: SeenMessage, delivered: SeenMessage, known: Known): 'refs' | 'likeness' | 'none' => {
  if (sent.crank >= delivered.crank || sent.slots !== delivered.slots) return 'none';
  if ((sent.result === null) !== (delivered.result === null)) return 'none';
  const [sentResult, result] = [known(sent.vat, sent.result), known(delivered.vat, delivered.result)];
  if (sentResult !== undefined && result !== undefined) return sentResult === result ? 'refs' : 'none';
  const [sentTarget, target] = [known(sent.vat, sent.target), known(delivered.vat, delivered.target)];
  // A message to a promise is delivered to what the promise became.
  if (sent.target.startsWith('p') || sentTarget === undefined || target === undefined) return 'likeness';
  return sentTarget === target ? 'likeness' : 'none';
};

/** Both lists in the order of cranks. Every message is in one arrow. */
export const joinMessages = (
  store: ReadOnlyStore,
  sent: readonly SeenMessage[],
  delivered: readonly SeenMessage[],
): readonly MessageArrow[] => {
  const known = readKnown(store, [...sent, ...delivered]);
  const waiting = new Map<string, SeenMessage[]>();
  for (const message of sent) waiting.set(message.body, [...(waiting.get(message.body) ?? []), message]);
  const arrows = delivered.map((message): MessageArrow => {
    const candidates = waiting.get(message.body) ?? [];
    const compared = candidates.map(candidate => ({ candidate, proof: compare(candidate, message, known) }));
    const found = compared.find(({ proof }) => proof === 'refs') ?? compared.find(({ proof }) => proof === 'likeness');
    const to = { crank: message.crank, vat: message.vat };
    if (found === undefined) return { from: null, to, call: message.call, proof: 'none' };
    waiting.set(
      message.body,
      candidates.filter(candidate => candidate !== found.candidate),
    );
    const { crank, vat, index } = found.candidate;
    return { from: { crank, vat, index }, to, call: message.call, proof: found.proof };
  });
  const left = [...waiting.values()].flat();
  const open = left.map(({ crank, vat, index, call }): MessageArrow => {
    return { from: { crank, vat, index }, to: null, call, proof: 'none' };
  });
  return [...arrows, ...open];
};
