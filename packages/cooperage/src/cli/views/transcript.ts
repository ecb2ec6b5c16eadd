/** `inspect <db> transcript <vat>`. */
import { describeDelivery, describeResult, describeSyscall } from '@cooperage/inspector/describe';
import { readTranscript, type TranscriptRecord } from '@cooperage/inspector/transcript';
import type { Sheet } from '../sheet.ts';
import type { View } from './view.ts';

/** Syscalls of one delivery that are shown unless everything is. */
const SYSCALLS_SHOWN = 20;

export const transcriptView: View = (store, request) => {
  const answer = readTranscript(store, request.subject, request);
  const { vat, name, state } = answer.vat;
  return {
    answer,
    render: sheet => {
      sheet.heading(`${vat} ${name} (${state})`);
      for (const record of answer.rows) renderRecord(record, sheet);
      const { rows, total, more } = answer;
      if (total === 0) sheet.note('no deliveries');
      else if (more > 0) {
        const last = rows.at(-1);
        sheet.note(
          `${rows.length} of ${total} deliveries${last === undefined ? '' : `; --from ${last.position + 1} shows the next`}`,
        );
      }
    },
  };
};

/** One delivery and what came of it. */
export const renderRecord = (
  { position, crank, incarnation, delivery, syscalls, outcome }: TranscriptRecord,
  sheet: Sheet,
): void => {
  const where = incarnation === 0 ? `crank ${crank}` : `crank ${crank}, incarnation ${incarnation}`;
  sheet.line(`#${position}  ${where}  ${sheet.words(extent => describeDelivery(delivery, extent))}`);
  const shown = sheet.full ? syscalls : syscalls.slice(0, SYSCALLS_SHOWN);
  for (const { syscall, result } of shown) {
    const answer = sheet.words(extent => describeResult(result, extent));
    sheet.line(`      ${sheet.words(extent => describeSyscall(syscall, extent))}${answer === '' ? '' : ` => ${answer}`}`);
  }
  if (shown.length < syscalls.length) sheet.note(`      ... ${syscalls.length - shown.length} more syscalls; --full shows them`);
  if (outcome.outcome !== 'ok') sheet.line(`      ${outcome.outcome}: ${outcome.problem ?? ''}`);
};
