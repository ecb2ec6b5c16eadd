/**
 * When two states of the kernel are the same: when they differ only in the numbers of their refs (the order of the numbers counts,
 * because the kernel works in that order), in places in queues (the order counts), and in what no decision depends on: transcripts,
 * hashes, counters.
 */
import { createHash } from 'node:crypto';
import type { KRef } from '@cooperage/protocol/refs';
import type { PromiseRow } from '@cooperage/store/tables/promises';
import type { ImageRows, TableImage } from './table-image.ts';
import { inOrder } from './table-image.ts';

const numberOf = (kref: string): number => Number(kref.slice(2));

/** New names for refs, in order of number. */
const nameInOrder = (krefs: string[]): Map<string, string> => {
  krefs.sort((a, b) => numberOf(a) - numberOf(b));
  return new Map(krefs.map((kref, i) => [kref, `${kref[1]}${i}`]));
};

/** The tables that the image holds, sorted out. */
const collect = (image: TableImage): { [Name in keyof ImageRows]: ImageRows[Name][] } & {
  slotsOf: Map<unknown, readonly KRef[]>;
  subscribers: Map<unknown, readonly string[]>;
} => {
  const found: Record<string, unknown[]> = {};
  const slotsOf = new Map<unknown, readonly KRef[]>();
  const subscribers = new Map<unknown, readonly string[]>();
  for (const { table, key, row } of image.entries()) {
    if (table === 'promise_slots' || table === 'message_slots' || table === 'parameter_slots') slotsOf.set(key, row as KRef[]);
    else if (table === 'subscriptions') subscribers.set(key, row as string[]);
    else (found[table] ??= []).push(row);
  }
  const names = ['vats', 'objects', 'promises', 'clists', 'messages', 'run_queue', 'promise_queue', 'gc_actions'];
  for (const name of [...names, 'reap_queue', 'cleanup_queue', 'pins']) found[name] ??= [];
  return { ...found, slotsOf, subscribers } as unknown as ReturnType<typeof collect>;
};

/** A text that two states share exactly when they are the same. */
export const describeState = (image: TableImage): string => {
  const tables = collect(image);
  const krefs = new Set<string>();
  for (const { kref } of tables.objects) krefs.add(kref);
  for (const { kref } of tables.clists) krefs.add(kref);
  for (const { kref } of tables.promises) krefs.add(kref);
  const names = nameInOrder([...krefs]);
  const name = (kref: string | null): string => (kref === null ? '' : (names.get(kref) ?? kref));
  const nameAll = (holder: unknown): string => (tables.slotsOf.get(holder) ?? []).map(name).join();
  const lines: string[] = [];
  for (const { vat, state } of tables.vats) lines.push(`v ${vat} ${state}`);
  for (const { kref, owner, reachable, recognizable } of tables.objects) lines.push(`o ${name(kref)} ${owner} ${reachable} ${recognizable}`);
  for (const { vat, kref, vref, reachable } of tables.clists) {
    const own = vref.startsWith('o+') ? vref : vref.slice(0, 2);
    lines.push(`c ${vat} ${name(kref)} ${own} ${reachable}`);
  }
  const describePromise = ({ kref, state, decider, holds, body }: PromiseRow): string =>
    `p ${name(kref)} ${state} ${decider} ${holds} ${body} ${nameAll(kref)} ${(tables.subscribers.get(kref) ?? []).join()}`;
  for (const row of tables.promises) lines.push(describePromise(row));
  for (const { vat, action, kref } of tables.gc_actions) lines.push(`g ${vat} ${action} ${name(kref)}`);
  for (const { kref, reason } of tables.pins) lines.push(`h ${name(kref)} ${reason}`);
  lines.sort();
  const messages = new Map(tables.messages.map(row => [row.message, row]));
  const describeMessage = (message: number | null): string => {
    const row = message === null ? undefined : messages.get(message);
    return row === undefined ? '' : `${row.body} ${name(row.target)} ${name(row.result)} ${nameAll(message)}`;
  };
  for (const { kind, message, vat, promise, parkedFor } of inOrder(tables.run_queue)) {
    lines.push(`q ${kind} ${vat} ${name(promise)} ${parkedFor} ${describeMessage(message)}`);
  }
  for (const { promise, message } of inOrder(tables.promise_queue)) lines.push(`w ${name(promise)} ${describeMessage(message)}`);
  for (const { vat } of inOrder(tables.reap_queue)) lines.push(`r ${vat}`);
  for (const { vat } of inOrder(tables.cleanup_queue)) lines.push(`d ${vat}`);
  return lines.join('\n');
};

/** A short key of the state, for maps with many of them. */
export const keyOfState = (image: TableImage): string => createHash('sha256').update(describeState(image)).digest('base64').slice(0, 24);
