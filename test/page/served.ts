/** A page that is served for a test, and requests to it that say what a browser would, or what an attacker could. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type ServedPage, servePage } from '@cooperage/page/serve';

/** The processes that read the database load the sources as the test does. */
const EXEC_ARGV = ['--import=tsx'];

export const makeFolder = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-page-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** So long that no load of the machine makes a question fail that ends at all. */
const PATIENCE_MS = 60_000;

export const serveWorld = (path: string, sqlTimeLimitMs: number = PATIENCE_MS): Promise<ServedPage> =>
  servePage({ path, port: 0, execArgv: EXEC_ARGV, sqlTimeLimitMs });

export const serveFor = async (t: ExecutionContext, path: string, sqlTimeLimitMs?: number): Promise<ServedPage> => {
  const page = await serveWorld(path, sqlTimeLimitMs);
  t.teardown(() => page.close());
  return page;
};

export const checksum = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

export type Asked = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Told = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** `path` goes out as it is written: nothing makes it tidy. */
export const send = (port: number, path: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Told> =>
  new Promise((resolve, reject) => {
    // Each on a connection of its own: one that is kept may be closed by the server just then.
    const options = { host: '127.0.0.1', port, path, method, headers, setHost: !('host' in headers), agent: false };
    const sent = request(options, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end();
  });

// What comes back is what the test is about.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export const ask = async (
  port: number,
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Json; readonly text: string }> => {
  const { status, text } = await send(port, `/api/${name}?${new URLSearchParams(parameters)}`);
  return { status, text, body: JSON.parse(text) as Json };
};
