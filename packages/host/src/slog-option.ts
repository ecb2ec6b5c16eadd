/** The `slog` option: the kernel's events to a function or to a file. Neither can disturb the kernel. */
import { SLOG_VERSION, type SlogEvent } from '@cooperage/kernel/observe/slog';
import { CooperageError } from '@cooperage/protocol/errors';
import { openLineFile, warn, type LineFile } from './powers.ts';

export type SlogSink = { readonly write: (event: SlogEvent) => void; readonly close: () => void };

const openFile = (path: string): LineFile => {
  try {
    return openLineFile(path);
  } catch (cause) {
    throw new CooperageError(
      'ERR_CONFIG',
      `the slog cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        subject: path,
        remedy: 'Name a file in a directory that exists and can be written.',
        cause,
      },
    );
  }
};

export const openSlog = (slog: ((event: SlogEvent) => void) | string): SlogSink => {
  const file = typeof slog === 'string' ? openFile(slog) : undefined;
  const write = typeof slog === 'string' ? (event: SlogEvent): void => file?.append(JSON.stringify(event)) : slog;
  let failed = false;
  const writeSafely = (event: SlogEvent): void => {
    if (failed) return;
    try {
      write(event);
    } catch (error) {
      failed = true;
      warn(`the slog has stopped: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  writeSafely({ type: 'slog', version: SLOG_VERSION });
  return {
    write: writeSafely,
    close: () => file?.close(),
  };
};
