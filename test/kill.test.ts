/**
 * Kernels that are killed (SIGKILL) at random moments: while they open, replay, run, commit, reap, collect cycles, upgrade and make vats
 * (`programs/count.ts`). The next process goes on with the same database, and finds it sound: everything that was acknowledged is
 * there, and at most one thing more.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { auditDatabase } from '@cooperage/host/audit-database';
import { openReadOnly } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import { buildProgram } from './programs/build-program.ts';
import { makeRandom } from './programs/story.ts';

const KILLS = Number(process.env['COOPERAGE_KILLS'] ?? 40);
/** Lives of one database: every transcript is replayed at each opening, so no database should live for ever. */
const LIVES = 10;
const vat = (name: string) => ({ source: fileURLToPath(new URL(`./vats/vat-${name}`, import.meta.url)) });
const sources = {
  bootstrap: 'factory',
  vats: {
    counter: vat('counter.js'),
    tallies: vat('tallies.ts'),
    teller: vat('device-user.js'),
    alice: vat('puppet.js'),
    bob: vat('puppet.js'),
    rings: vat('stored-ring.js'),
    rings2: vat('stored-ring.js'),
    factory: vat('factory.js'),
  },
  bundles: { worker: vat('worker.js') },
  vatAdmin: true,
} as const;
/** What is counted: in a heap, in a durable object, in a device. */
const NUMBERS = ['count', 'total', 'calls'] as const;
type Numbers = Readonly<Record<(typeof NUMBERS)[number], number>>;

/** When to kill: so many milliseconds after the first line that starts so (''; at the start), once `skip` such lines have passed. */
type Death = { readonly line: string; readonly skip: number; readonly delay: number };

type Life = {
  readonly opened: { readonly findings: readonly unknown[]; readonly found: Numbers } | undefined;
  /** Every number that it said, in order. */
  readonly said: Readonly<Record<keyof Numbers, readonly number[]>>;
  readonly end: string;
  readonly complaints: string;
};

const live = (program: string, database: string, death: Death | undefined): Promise<Life> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [
      program,
      JSON.stringify(sources),
      database,
      ...(death === undefined ? ['--once'] : []),
    ]);
    const lines: string[] = [];
    let complaints = '';
    let skip = death?.skip ?? 0;
    const die = (): void => void child.kill('SIGKILL');
    if (death?.line === '') setTimeout(die, death.delay);
    createInterface(child.stdout).on('line', line => {
      lines.push(line);
      if (death === undefined || death.line === '' || !line.startsWith(death.line)) return;
      if (skip === 0) setTimeout(die, death.delay);
      skip -= 1;
    });
    child.stderr.on('data', text => (complaints += String(text)));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const said = (word: string): string[] =>
        lines.filter(line => line.startsWith(word)).map(line => line.slice(word.length + 1));
      const [opened] = said('opened').map(text => JSON.parse(text) as NonNullable<Life['opened']>);
      const numbers = (name: string): number[] => said(name).map(Number);
      const all = { count: numbers('count'), total: numbers('total'), calls: numbers('calls') };
      resolve({ opened, said: all, end: signal ?? String(code), complaints });
    });
  });

/** Most die at work, some while they open and replay, a few before they have begun. */
const chooseDeath = (random: () => number): Death => {
  const kind = random();
  if (kind < 0.05) return { line: '', skip: 0, delay: random() * 250 };
  if (kind < 0.4) return { line: 'loaded', skip: 0, delay: random() * 120 };
  if (kind < 0.5) return { line: 'opened', skip: 0, delay: random() * 60 };
  return { line: 'count', skip: Math.floor(random() * 12), delay: random() * 80 };
};

const auditFile = (database: string): readonly unknown[] => {
  const store = openReadOnly(database);
  try {
    return auditDatabase(store);
  } finally {
    store.close();
  }
};

type Story = { readonly program: string; readonly database: string; readonly seed: number; readonly kills: number };

/** One database, killed again and again, and at the end left in peace. Returns how many lives got past their opening. */
const killAgainAndAgain = async (t: ExecutionContext, { program, database, seed, kills }: Story): Promise<number> => {
  const random = makeRandom(seed);
  let acknowledged: Numbers = { count: 0, total: 0, calls: 0 };
  let openings = 0;
  for (let kill = 0; kill <= kills; kill += 1) {
    const death = kill < kills ? chooseDeath(random) : undefined;
    const { opened, said, end, complaints } = await live(program, database, death);
    const when = `life ${kill} of seed ${seed}, ${JSON.stringify(death)} ${complaints}`;
    t.is(end, death === undefined ? '0' : 'SIGKILL', when);
    if (opened !== undefined) {
      const { found, findings } = opened;
      openings += 1;
      t.deepEqual(findings, [], when);
      for (const name of NUMBERS) {
        const [known, there] = [acknowledged[name], found[name]];
        t.true(there === known || there === known + 1, `${name} ${there} after ${known}; ${when}`);
        const heard = said[name];
        t.deepEqual(
          heard,
          heard.map((_, i) => there + 1 + i),
          `${name}; ${when}`,
        );
      }
      const last = (name: keyof Numbers): number => said[name].at(-1) ?? found[name];
      acknowledged = { count: last('count'), total: last('total'), calls: last('calls') };
    }
    // What is in the file before the first opening has ended is nobody's promise, but that the next one goes on with it.
    if (openings > 0) t.deepEqual(auditFile(database), [], when);
  }
  t.true(Object.values(acknowledged).every(number => number > 0));
  return openings;
};

test(`kernels killed at ${KILLS} random moments lose nothing that was acknowledged, and stay sound`, async t => {
  t.timeout(20 * 60_000);
  const { path: program, folder } = await buildProgram(t, 'count', sources);
  const databases = Math.ceil(KILLS / LIVES);
  let next = 0;
  let openings = 0;
  const work = async (): Promise<void> => {
    while (next < databases) {
      const seed = next;
      next += 1;
      const story = { program, database: join(folder, `${seed}.sqlite`), seed, kills: Math.min(LIVES, KILLS - seed * LIVES) };
      const opened = await killAgainAndAgain(t, story);
      openings += opened;
    }
  };
  await Promise.all([work(), work()]);
  t.log(`${openings} of ${KILLS + databases} lives got past their opening`);
});
