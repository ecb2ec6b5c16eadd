/** `cooperage serve <database>`: the inspector's page, until an interrupt. Never writes, never runs a vat. */
import { resolve } from 'node:path';
import { servePage, type ServedPage } from '@cooperage/page/serve';
import { EXIT, Failure, toFailure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

export type ServeRequest = { readonly database: string; readonly port: number | undefined };

/** In a clone, the processes that read the database load the sources as this one does. */
const SOURCE_ARGUMENTS = import.meta.url.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];

const open = async ({ database, port }: ServeRequest): Promise<ServedPage> => {
  try {
    return await servePage({ path: resolve(database), port, orAnother: port === undefined, execArgv: SOURCE_ARGUMENTS });
  } catch (error) {
    if ((error as { syscall?: unknown }).syscall !== 'listen') throw toFailure(error, EXIT.cannotOpen);
    const remedy = 'choose another with --port, or leave it out to take any';
    throw new Failure(EXIT.failure, `cannot listen on port ${port}: ${(error as Error).message}`, { remedy, cause: error });
  }
};

const untilInterrupt = (): Promise<void> =>
  new Promise(done => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });

export const serve = async (request: ServeRequest, terminal: Terminal): Promise<number> => {
  const page = await open(request);
  if (terminal.json) terminal.printJson({ url: page.url });
  else terminal.print(page.url);
  terminal.tell('Ctrl-C ends it');
  await untilInterrupt();
  await page.close();
  return EXIT.ok;
};
