/** `cooperage answer [promise]`: what came of messages that `send --queue` sent. An answer is kept until it was told, or is let go. */
import type { KernelController } from '@cooperage/host/controller';
import { findPromise } from '@cooperage/inspector/promises';
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withKernel } from '../running-kernel.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type AnswerRequest = {
  /** All that are kept when absent. */
  readonly promise: string | undefined;
  readonly config: string | undefined;
  /** Let go of it, told or not. */
  readonly release: boolean;
};

/** Those of messages; what the bootstrap comes to is the kernel's to tell. */
const KEPT = `SELECT kref FROM pins WHERE reason = 'result' AND kref NOT IN (
    SELECT value ->> '$.result' FROM kernel_state WHERE name = 'bootstrap' AND value ->> '$.result' IS NOT NULL)
  ORDER BY CAST(substr(kref, 3) AS INTEGER)`;

const listKept = (kernel: KernelController): readonly string[] =>
  kernel
    .inspect()
    .query(KEPT)
    .map(({ kref }) => String(kref));

export const answer = ({ promise, config, release }: AnswerRequest, terminal: Terminal): Promise<number> => {
  if (promise === undefined && release) {
    throw new Failure(EXIT.usage, 'let go of which answer?', { remedy: 'name its promise, such as kp40' });
  }
  return withKernel(config, terminal, async kernel => {
    const kept = listKept(kernel);
    if (promise === undefined) return showKept(kernel, kept, terminal);
    if (!kept.includes(promise)) {
      const remedy = kept.length === 0 ? 'none is kept' : `kept: ${kept.join(', ')}`;
      throw new Failure(EXIT.usage, `no answer is kept as ${promise}`, { remedy });
    }
    return release ? letGo(kernel, promise, terminal) : tell(kernel, promise, terminal);
  });
};

const showKept = (kernel: KernelController, kept: readonly string[], terminal: Terminal): number => {
  const store = kernel.inspect();
  const answers = kept.flatMap(kref => findPromise(store, kref) ?? []);
  if (terminal.json) terminal.printJson({ answers: answers.map(({ ref, state }) => ({ promise: ref, state })) });
  else if (answers.length === 0) terminal.print('no answer is kept');
  else {
    const sheet = new Sheet(terminal, { full: false });
    sheet.table(
      [
        { title: 'promise', cell: row => row.ref },
        { title: 'state', cell: row => row.state },
        { title: 'settled to', cell: row => row.data, atMost: 100 },
      ],
      answers,
    );
    sheet.finish();
  }
  return EXIT.ok;
};

const letGo = async (kernel: KernelController, promise: string, terminal: Terminal): Promise<number> => {
  await kernel.release(promise);
  if (terminal.json) terminal.printJson({ promise, outcome: 'released' });
  else terminal.print(`${promise} is let go`);
  return EXIT.ok;
};

/** What is told need not be kept. */
const tell = async (kernel: KernelController, promise: string, terminal: Terminal): Promise<number> => {
  const { printFulfilled, toRejectionFailure } = await import('../outcome-text.ts');
  const record = await kernel.promise(promise).catch((error: unknown) => {
    throw toFailure(error);
  });
  if (record.state === 'unresolved') {
    const remedy = 'cooperage run goes on with what is queued; --release lets go of it';
    throw new Failure(EXIT.failure, `${promise} has no answer yet`, { remedy });
  }
  await kernel.release(promise);
  if (record.state === 'rejected') throw toRejectionFailure(promise, record.reason, terminal);
  printFulfilled(record.value, terminal);
  return EXIT.ok;
};
