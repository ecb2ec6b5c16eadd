/** Serves the inspector's page for one database, to this machine only. Reads it, never writes it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openDatabase } from '@cooperage/inspector/database';
import type { Parameters } from './answers.ts';
import { Follower } from './follower.ts';
import { findRefusal, GUARD_HEADERS } from './http-guard.ts';
import { isViewPath, PAGE_PATH, readPageFiles } from './page-files.ts';
import { Reader } from './reader.ts';

export type ServeOptions = {
  readonly path: string;
  /** 0: any. When it is taken: an error, unless `orAnother`. 7117 when absent. */
  readonly port?: number | undefined;
  readonly orAnother?: boolean | undefined;
  /** For the processes that read the database: what Node needs to load these sources. */
  readonly execArgv?: readonly string[] | undefined;
  /** How long a question in SQL may take; 5 seconds when absent. */
  readonly sqlTimeLimitMs?: number | undefined;
};

export type ServedPage = { readonly url: string; readonly port: number; close(): Promise<void> };

export const DEFAULT_PORT = 7117;
const ADDRESS = '127.0.0.1';
const VIEW_TIME_LIMIT_MS = 30_000;
const SQL_TIME_LIMIT_MS = 5_000;

const send = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void => {
  response.writeHead(status, { ...GUARD_HEADERS, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
};

const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, { 'content-type': 'text/plain; charset=utf-8' }, `${text}\n`);

/** What follows the host: a path without detours, and parameters. */
const parsePath = (path: string = ''): URL | undefined => {
  if (!path.startsWith('/') || path.startsWith('//')) return undefined;
  try {
    return new URL(path, 'http://page');
  } catch {
    return undefined;
  }
};

class PageServer {
  readonly #files = readPageFiles();
  readonly #views: Reader;
  readonly #sql: Reader;
  readonly #follower: Follower;
  readonly #server: Server;
  #port = 0;

  constructor({ path, execArgv = process.execArgv, sqlTimeLimitMs = SQL_TIME_LIMIT_MS }: ServeOptions) {
    this.#views = new Reader({ path, execArgv, timeLimitMs: VIEW_TIME_LIMIT_MS });
    this.#sql = new Reader({ path, execArgv, timeLimitMs: sqlTimeLimitMs });
    this.#follower = new Follower(this.#views);
    this.#views.start();
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: ADDRESS, port }, () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve(this.#port);
      });
    });
  }

  close(): Promise<void> {
    this.#follower.close();
    this.#views.close();
    this.#sql.close();
    return new Promise(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = findRefusal(request, this.#port);
    if (refusal !== undefined) return sendText(response, refusal.status, refusal.message);
    const url = parsePath(request.url);
    if (url === undefined) return sendText(response, 400, 'this is no path');
    const { pathname } = url;
    if (pathname.startsWith('/api/')) return this.#answerQuestion(pathname.slice('/api/'.length), url, response);
    const file = this.#files.get(isViewPath(pathname) ? PAGE_PATH : pathname);
    if (file === undefined) return sendText(response, 404, 'there is no such page');
    return send(response, 200, { 'content-type': file.type }, file.body);
  }

  async #answerQuestion(name: string, { searchParams }: URL, response: ServerResponse): Promise<void> {
    if (name === 'follow') {
      response.writeHead(200, { ...GUARD_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
      if (response.req.method === 'HEAD') return void response.end();
      // A page is open: its first question in SQL need not wait either.
      this.#sql.start();
      return this.#follower.add(response);
    }
    const parameters: Parameters = Object.fromEntries(searchParams);
    const reader = name === 'sql' ? this.#sql : this.#views;
    const { status, body } = await reader.ask(name, parameters, () => !response.destroyed);
    if (!response.destroyed) send(response, status, { 'content-type': 'application/json; charset=utf-8' }, body);
  }
}

const isTaken = (error: unknown): boolean => (error as { code?: unknown }).code === 'EADDRINUSE';

/** Throws when the database cannot be opened, or the port is taken. */
export const servePage = async (options: ServeOptions): Promise<ServedPage> => {
  const { port: wanted = DEFAULT_PORT, orAnother = false } = options;
  openDatabase(options.path).close();
  const server = new PageServer(options);
  try {
    const port = await server.listen(wanted).catch(error => {
      if (isTaken(error) && orAnother) return server.listen(0);
      throw error;
    });
    return { url: `http://${ADDRESS}:${port}/`, port, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
};
