/**
 * A newcomer looks into the databases of all examples: every command that only looks and every question of the page answers, for each
 * vat and each ref that there is, and the file stays as it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChurn } from '@cooperage/examples/churn/kernel';
import { runCycles } from '@cooperage/examples/cycles/kernel';
import { runFactory } from '@cooperage/examples/factory/kernel';
import { runGreeter } from '@cooperage/examples/greeter/kernel';
import { runPipeline } from '@cooperage/examples/pipeline/kernel';
import { runPubsub } from '@cooperage/examples/pubsub/kernel';
import { runTransfer } from '@cooperage/examples/transfer/kernel';
import { openDatabase } from '@cooperage/inspector/database';
import { answerQuestion, QUESTION_NAMES } from '@cooperage/page/answers';
import test, { type ExecutionContext } from 'ava';
import { makeProgram } from '../packages/cooperage/src/cli/program.ts';
import { Terminal, type TerminalOptions } from '../packages/cooperage/src/cli/terminal.ts';
import { checksum } from './page/served.ts';

type Example = (options: { readonly database: string; readonly print: () => void }) => Promise<unknown>;
const EXAMPLES: Readonly<Record<string, Example>> = {
  greeter: runGreeter,
  transfer: runTransfer,
  pipeline: runPipeline,
  pubsub: runPubsub,
  churn: options => runChurn({ ...options, things: 40 }),
  cycles: options => runCycles({ ...options, rounds: 1, games: 5 }),
  factory: runFactory,
};

/** A terminal that keeps what it would show. */
class Notepad extends Terminal {
  readonly #lines: string[];

  constructor(options: TerminalOptions, lines: string[]) {
    super(options);
    this.#lines = lines;
  }

  override print(text: string): void {
    this.#lines.push(text);
  }

  override tell(text: string): void {
    this.#lines.push(text);
  }
}

const cooperage = async (...args: readonly string[]): Promise<{ readonly exit: number; readonly text: string }> => {
  const lines: string[] = [];
  let exit = -1;
  const program = makeProgram(
    options => new Notepad(options, lines),
    code => (exit = code),
  );
  await program.parseAsync([...args], { from: 'user' });
  return { exit, text: lines.join('\n') };
};

/** Refs looked at in one database: of more, every so-manieth. */
const MOST_REFS = 60;

type Names = { readonly vats: readonly string[]; readonly refs: readonly string[]; readonly cranks: number };

const readNames = (path: string): Names => {
  const store = openDatabase(path);
  try {
    const column = (sql: string): string[] => store.query(sql).map(row => String(Object.values(row)[0]));
    const refs = column(
      `SELECT kref FROM objects UNION SELECT kref FROM promises UNION SELECT vat || ' ' || vref FROM clists
        UNION SELECT vat || ' ' || substr(key, 12) FROM vatstore WHERE key GLOB 'collection.*' ORDER BY 1`,
    );
    const stride = Math.ceil(refs.length / MOST_REFS);
    return {
      vats: column('SELECT vat FROM vats'),
      refs: refs.filter((_ref, i) => i % stride === 0),
      cranks: Number(column(`SELECT value FROM kernel_state WHERE name = 'crank_number'`)[0]),
    };
  } finally {
    store.close();
  }
};

const OF_ALL = ['overview', 'vats', 'objects', 'promises', 'queue', 'gc', 'bundles', 'sizes', 'kinds', 'stats'];
const OF_A_VAT = ['clist', 'transcript'];

const listCommands = (path: string, { vats, refs, cranks }: Names): string[][] => [
  ...OF_ALL.map(question => ['inspect', path, question]),
  ...OF_A_VAT.flatMap(question => vats.map(vat => ['inspect', path, question, vat])),
  ['inspect', path, 'stats', '--prometheus'],
  ['inspect', path, 'crank', String(cranks - 1)],
  ...refs.flatMap(ref => [
    ['why', path, ...ref.split(' ')],
    ['why', path, ...ref.split(' '), '--dot'],
  ]),
  ['audit', path],
];

const listQuestions = ({ vats, refs, cranks }: Names): [name: string, parameters: Record<string, string>][] => [
  ...QUESTION_NAMES.filter(
    name => !['vat', 'clist', 'transcript', 'thing', 'why', 'neighbours', 'sql', 'crank', 'changes'].includes(name),
  ).map((name): [string, Record<string, string>] => [name, {}]),
  ...vats.flatMap(vat => ['vat', 'clist', 'transcript'].map((name): [string, Record<string, string>] => [name, { vat }])),
  ...refs.flatMap(ref => ['thing', 'why', 'neighbours'].map((name): [string, Record<string, string>] => [name, { ref }])),
  ['crank', { crank: String(cranks - 1) }],
  ['changes', { crank: String(cranks - 1) }],
  ['sql', { q: 'SELECT * FROM holders' }],
];

const lookInto = async (t: ExecutionContext, path: string): Promise<void> => {
  const before = checksum(path);
  const names = readNames(path);
  t.true(names.vats.length > 0 && names.refs.length > 0);
  for (const command of listCommands(path, names)) {
    const { exit, text } = await cooperage(...command);
    t.is(exit, 0, `${command.join(' ')}: ${text}`);
    t.true(text.length > 0, command.join(' '));
    if (command[0] === 'why' || command.includes('--prometheus')) continue;
    const json = await cooperage(...command, '--json');
    t.is(json.exit, 0);
    t.notThrows(() => void JSON.parse(json.text), command.join(' '));
  }
  const store = openDatabase(path);
  for (const [name, parameters] of listQuestions(names)) {
    t.notThrows(() => answerQuestion(store, name, parameters), `${name} ${JSON.stringify(parameters)}`);
  }
  store.close();
  t.is(checksum(path), before);
};

for (const [name, run] of Object.entries(EXAMPLES)) {
  test.serial(`the database of ${name} answers every question`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'cooperage-looked-into-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const database = join(folder, `${name}.sqlite`);
    await run({ database, print: () => {} });
    await lookInto(t, database);
    const before = checksum(database);
    for (const vat of readNames(database).vats) {
      const { exit, text } = await cooperage('replay', database, vat);
      t.is(exit, 0, text);
    }
    t.is((await cooperage('prune', database, '--dry-run')).exit, 0);
    t.is((await cooperage('export', database, join(folder, 'files'))).exit, 0);
    t.is(checksum(database), before);
    const copy = join(folder, 'copy.sqlite');
    t.is((await cooperage('import', join(folder, 'files'), copy)).exit, 0);
    await lookInto(t, copy);
    t.is((await cooperage('prune', copy)).exit, 0);
    t.is((await cooperage('audit', copy)).exit, 0);
  });
}
