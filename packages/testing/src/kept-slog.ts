/** The slog of a test's kernel: of no interest until the test fails, and then there. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelOptions } from '@cooperage/host/options';

type Write = Extract<NonNullable<KernelOptions['slog']>, (...args: never[]) => void>;

export class KeptSlog {
  readonly #lines: string[] = [];

  readonly write: Write = event => void this.#lines.push(JSON.stringify(event));

  /** Writes the lines to a file of their own, and has the test's log name it. */
  attach({ title = 'a test', log }: { readonly title?: string; readonly log?: (...values: unknown[]) => void }): void {
    const name = title.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
    const path = join(mkdtempSync(join(tmpdir(), 'cooperage-slog-')), `${name}.jsonl`);
    writeFileSync(path, `${this.#lines.join('\n')}\n`);
    log?.(`the slog of its kernel, ${this.#lines.length} events: ${path}`);
  }
}
