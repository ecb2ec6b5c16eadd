/**
 * Errors that the kernel itself makes, as capdata: "vat terminated", "data is not callable, has no method foo". Plain text, so that
 * the bytes never depend on an engine, a marshaller or a counter. Needs no SES.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { escapeSmallcapsString } from './smallcaps-text.ts';

const quote = (text: string): string => JSON.stringify(escapeSmallcapsString(text));

/** An error without slots; its body is `#{"#error":<message>,"name":<name>}`. */
export const makeErrorData = (message: string, name: string = 'Error'): CapData<never> => ({
  body: `#{"#error":${quote(message)},"name":${quote(name)}}`,
  slots: [],
});
