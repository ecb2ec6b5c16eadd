/**
 * When two states of the kernel are the same: when they differ only in the numbers of their refs (the order of the numbers counts,
 * because the kernel works in that order), in places in queues (the order counts), and in what no decision depends on: transcripts,
 * hashes, counters.
 */
import { createHash } from 'node:crypto';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { PromiseRow } from '@cooperage/store/tables/promises';
import type { TableImage } from './table-image.ts';
import { inOrder } from './table-image.ts';

const numberOf = (kref: string): number => Number(kref.slice(2));

/** New names for refs, in order of number. */
const nameInOrder = (krefs: string[]): Map<string, string> => {
  krefs.sort((a, b) => numberOf(a) - numberOf(b));
  return new Map(krefs.map((kref, i) => [kref, `${kref[1]}${i}`]));
};

/** A text that two states share exactly when they are the same. */
export const describeState = (image: TableImage): string => {
  const objects = image.rows('objects');
  const clists = image.rows('clists');
  const promises = image.rows('promises');
  const slotsOf = new Map<unknown, readonly KRef[]>();
  for (const table of ['promise_slots', 'message_slots'] as const) {
    for (const { key, row } of image.entries(table)) slotsOf.set(key, row as readonly KRef[]);
  }
  const subscribers = new Map<unknown, readonly VatId[]>();
  for (const { key, row } of image.entries('subscriptions')) subscribers.set(key, row as readonly VatId[]);
  const krefs = new Set<string>();
  for (const { kref } of objects) krefs.add(kref);
  for (const { kref } of clists) krefs.add(kref);
  for (const { kref } of promises) krefs.add(kref);
  const names = nameInOrder([...krefs]);
  const name = (kref: string | null): string => (kref === null ? '' : (names.get(kref) ?? kref));
  const nameAll = (holder: unknown): string => (slotsOf.get(holder) ?? []).map(name).join();
  const lines: string[] = [];
  for (const { vat, state } of image.rows('vats')) lines.push(`v ${vat} ${state}`);
  for (const { kref, owner, reachable, recognizable } of objects)
    lines.push(`o ${name(kref)} ${owner} ${reachable} ${recognizable}`);
  for (const { vat, kref, vref, reachable } of clists) {
    const own = vref.startsWith('o+') ? vref : vref.slice(0, 2);
    lines.push(`c ${vat} ${name(kref)} ${own} ${reachable}`);
  }
  const describePromise = ({ kref, state, decider, holds, body }: PromiseRow): string =>
    `p ${name(kref)} ${state} ${decider} ${holds} ${body} ${nameAll(kref)} ${(subscribers.get(kref) ?? []).join()}`;
  for (const row of promises) lines.push(describePromise(row));
  for (const { vat, action, kref } of image.rows('gc_actions')) lines.push(`g ${vat} ${action} ${name(kref)}`);
  for (const { kref, reason } of image.rows('pins')) lines.push(`h ${name(kref)} ${reason}`);
  for (const { value } of image.rows('kernel_state')) lines.push(`t ${value}`);
  lines.sort();
  const messages = new Map(image.rows('messages').map(row => [row.message, row]));
  const describeMessage = (message: number | null): string => {
    const row = message === null ? undefined : messages.get(message);
    return row === undefined ? '' : `${row.body} ${name(row.target)} ${name(row.result)} ${nameAll(message)}`;
  };
  for (const { kind, message, vat, promise, parkedFor } of inOrder(image.rows('run_queue'))) {
    lines.push(`q ${kind} ${vat} ${name(promise)} ${parkedFor} ${describeMessage(message)}`);
  }
  for (const { promise, message } of inOrder(image.rows('promise_queue')))
    lines.push(`w ${name(promise)} ${describeMessage(message)}`);
  for (const { vat } of inOrder(image.rows('reap_queue'))) lines.push(`r ${vat}`);
  for (const { vat } of inOrder(image.rows('cleanup_queue'))) lines.push(`d ${vat}`);
  return lines.join('\n');
};

const shorten = (description: string): string => createHash('sha256').update(description).digest('base64').slice(0, 24);

/** A short key of the state, for maps with many of them. */
export const keyOfState = (image: TableImage): string => shorten(describeState(image));

/** The key of the same state when it is nobody's turn. */
export const keyWithoutTurn = (image: TableImage): string => shorten(describeState(image).replace(/^t .*\n/gm, ''));
