/** Completion as a shell meets it: each runs its script, where it is installed; all are held against the commands that there are. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const TYPIST = fileURLToPath(new URL('./typist.zsh', import.meta.url));
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const completionFor = (shell: string) => spawnSync(process.execPath, [BIN, 'completion', shell], { encoding: 'utf8' });

/** What bash offers for the last of these words. */
const offer = (script: string, words: readonly string[]): string[] => {
  const line = ['cooperage', ...words].map(word => `'${word}'`).join(' ');
  const probe = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _cooperage; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', probe], {
    encoding: 'utf8',
    cwd: PROJECT,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout.trimEnd().split('\n');
};

test('bash completes commands, questions and options, and leaves files to itself', t => {
  const { status, stdout: script } = completionFor('bash');
  t.is(status, 0);
  t.deepEqual(offer(script, ['re']), ['replay']);
  t.true(offer(script, ['']).includes('inspect'));
  t.deepEqual(offer(script, ['inspect', 'a.sqlite', 'ob']), ['objects']);
  t.deepEqual(offer(script, ['inspect', '--limit', '5', 'a.sqlite', 'tr']), ['transcript'], 'values of options are no arguments');
  t.deepEqual(offer(script, ['inspect', 'a.sqlite', '--ow']), ['--owner']);
  t.deepEqual(offer(script, ['replay', 'a.sqlite', 'bob', '--inspect']), ['--inspect-brk']);
  t.deepEqual(offer(script, ['run', 'cooperage.con']), ['cooperage.config.ts']);
  t.deepEqual(offer(script, ['completion', 'f']), ['fish']);
  t.deepEqual(offer(script, ['send', '--config', 'tally']), ['tally.config.ts']);
  t.deepEqual(offer(script, ['inspect', '--limit', 't']), [''], 'a number is no file');
  t.deepEqual(offer(script, ['send', 't']), [''], 'a vat is no file');
  t.deepEqual(offer(script, ['help', 'ins']), ['inspect']);
  t.deepEqual(offer(script, ['inspect', '--limit', '=', '5', 'a.sqlite', 'tr']), ['transcript'], 'bash parts --limit=5');
  t.deepEqual(offer(script, ['send', '--config', '=', 'tally']), ['tally.config.ts']);
  t.deepEqual(offer(script, ['send', '--config', '=']).includes('tally.config.ts'), true);
  t.deepEqual(offer(script, ['replay', 'a.sqlite', 'my vat', '--inspect']), ['--inspect-brk']);
  const folder = inFolder(t);
  writeFileSync(join(folder, 'my kernel.sqlite'), '');
  for (const typed of [`${folder}/my\\ k`, `"${folder}/my k`, `${folder}/`])
    t.deepEqual(offer(script, ['inspect', typed]), [`${folder}/my kernel.sqlite`], typed);
});

/** A shell that is not there is no failure, but it must not look as if it had been tried. */
const whereThereIs = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

const inFolder = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-completion-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** What is typed, and what the line is after a tab. */
const LINES: readonly (readonly [typed: string, becomes: string])[] = [
  ['cooperage ins', 'cooperage inspect '],
  ['cooperage --json ins', 'cooperage --json inspect '],
  ['cooperage inspect a.sqlite ob', 'cooperage inspect a.sqlite objects '],
  ['cooperage inspect --limit 5 a.sqlite tr', 'cooperage inspect --limit 5 a.sqlite transcript '],
  ['cooperage inspect a.sqlite --ow', 'cooperage inspect a.sqlite --owner '],
  ['cooperage inspect a.sqlite objects ob', 'cooperage inspect a.sqlite objects ob'],
  ['cooperage inspect --limit t', 'cooperage inspect --limit t'],
  ['cooperage replay a.sqlite inspect --insp', 'cooperage replay a.sqlite inspect --inspect-brk '],
  ['cooperage replay a.sqlite inspect --own', 'cooperage replay a.sqlite inspect --own'],
  ['cooperage run cooperage.con', 'cooperage run cooperage.config.ts '],
  ['cooperage send --config tally', 'cooperage send --config tally.config.ts '],
  ['cooperage send t', 'cooperage send t'],
  ['cooperage why t', 'cooperage why tally.config.ts '],
  ['cooperage why a.sqlite t', 'cooperage why a.sqlite t'],
  ['cooperage completion f', 'cooperage completion fish '],
  ['cooperage help ins', 'cooperage help inspect '],
];

if (whereThereIs('zsh')) {
  test('zsh completes as bash does, from the first time on, and shows what is what', t => {
    const folder = inFolder(t);
    writeFileSync(join(folder, '_cooperage'), completionFor('zsh').stdout);
    const typed = LINES.map(([line]) => line);
    const { stdout, stderr } = spawnSync('zsh', ['-f', TYPIST, folder, PROJECT, ...typed], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    t.is(stderr, '');
    t.deepEqual(
      stdout.split('|\n').slice(0, -1),
      LINES.map(([, becomes]) => becomes),
    );
  });

  test('zsh takes the script by eval as well', t => {
    const folder = inFolder(t);
    const script = `autoload -U compinit; compinit -u -d ${folder}/dump; eval "$COMPLETION"; print $_comps[cooperage]`;
    const env = { ...process.env, COMPLETION: completionFor('zsh').stdout };
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8', env });
    t.deepEqual([stdout, stderr], ['_cooperage\n', '']);
  });
} else {
  test('the script for zsh is not tried: SKIPPED, there is no zsh here', t => t.pass());
}

if (whereThereIs('fish')) {
  test('fish completes as bash does, and shows what is what', t => {
    const file = join(inFolder(t), 'cooperage.fish');
    writeFileSync(file, completionFor('fish').stdout);
    for (const [line, becomes] of [...LINES, ['cooperage --js', 'cooperage --json '] as const]) {
      const command = `source $argv[1]; complete --do-complete $argv[2]`;
      const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', command, file, line], {
        encoding: 'utf8',
        cwd: PROJECT,
      });
      t.is(stderr, '', line);
      const offered = stdout.split('\n').filter(text => text !== '');
      const word = becomes === line ? [] : [becomes.trimEnd().split(' ').at(-1)];
      t.deepEqual(
        offered.map(text => text.split('\t')[0]),
        word,
        line,
      );
    }
  });
} else {
  test('the script for fish is not tried: SKIPPED, there is no fish here', t => t.pass());
}

test('the scripts for zsh and fish know every command and option that help shows', t => {
  const [zsh, fish] = [completionFor('zsh').stdout, completionFor('fish').stdout];
  const help = spawnSync(process.execPath, [BIN, '--help'], { encoding: 'utf8' }).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\] )?[<[]/gm)]
    .map(([, name]) => name ?? '')
    .filter(name => name !== 'help');
  t.true(commands.length >= 14, commands.join(' '));
  for (const name of commands) {
    t.true(zsh.includes(`    ${name})\n`), name);
    t.true(fish.includes(`complete -c cooperage -n "__cooperage_at ''" -f -a ${name} -d '`), name);
  }
  t.regex(zsh, /^#compdef cooperage\n/);
  t.regex(zsh, /'--owner\[objects of this vat\]:vat: '/);
  t.regex(fish, /-n '__cooperage_at inspect' -l owner -x -d 'objects of this vat'/);
  t.is(completionFor('tcsh').status, 2);
});
