/** What the server and the process that reads the database say to each other. */
import type { Parameters } from './answers.ts';

export type ReaderRequest = { readonly id: number; readonly name: string; readonly parameters: Parameters };
/** `body` is JSON. */
export type ReaderAnswer = { readonly id: number; readonly status: number; readonly body: string };
/** Said once by the process, when questions can be asked: how long it took to come so far is not theirs. */
export const READY = 'ready';
