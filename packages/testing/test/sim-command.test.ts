/** `npm run sim` says what it can be told, and what it was not meant to be told, without a stack. */
import '../src/lockdown-for-tests.ts';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const { parseCommand } = await import('../src/sim/command-line.ts');

const MAIN = fileURLToPath(new URL('../src/sim/main.ts', import.meta.url));
const sim = (...args: string[]) =>
  spawnSync(process.execPath, ['--import=tsx', '--expose-gc', '--no-concurrent-recompilation', MAIN, ...args], {
    encoding: 'utf8',
  });

test.serial('help lists every option', t => {
  const { status, stdout, stderr } = sim('--help');
  t.deepEqual([status, stderr], [0, '']);
  for (const name of [
    'seed',
    'from',
    'count',
    'minutes',
    'collector',
    'medium',
    'scenarios',
    'cells',
    'cover',
    'no-shrink',
    'json',
  ]) {
    t.regex(stdout, new RegExp(`^  --${name} `, 'm'));
  }
});

test.serial('a seed that is asked for is played', t => {
  const { status, stdout } = sim('--seed', '7', '--json');
  t.is(status, 0);
  t.like(JSON.parse(stdout), { seeds: 1 });
});

test.serial('what is wrong is said in two lines', t => {
  const { status, stdout, stderr } = sim('--sed', '1');
  t.deepEqual([status, stdout], [2, '']);
  t.is(stderr, "sim: Unknown option '--sed'\n  npm run sim -- --help lists the options\n");
});

for (const [args, problem] of [
  [['--sed', '1'], /^Unknown option '--sed'$/],
  [['--seed'], /^.*'--seed <value>' argument missing$/],
  [['--seed', 'x'], /^--seed must be a whole number, 0 or more, not "x"$/],
  [['--count=-1'], /^--count must be a whole number/],
  [['--minutes', 'ten'], /^--minutes must be a number above 0, not "ten"$/],
  [['--collector', 'none'], /^--collector must be simulated or engine, not "none"$/],
  [['--medium', 'tape'], /^--medium must be memory or file/],
  [['--scenarios', 'odd'], /^--scenarios must be all or .*, not "odd"$/],
  [['--seed', '1', '--count', '3'], /^--seed plays one seed alone: leave out --count$/],
  [['5'], /^Unexpected argument '5'/],
] as const) {
  test(`${args.join(' ')} is refused`, t => {
    t.regex(t.throws(() => parseCommand(args))?.message ?? '', problem);
  });
}
