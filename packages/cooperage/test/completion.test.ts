/** Completion as a shell meets it: bash runs the script; the others are held against the commands that there are. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const completionFor = (shell: string) => spawnSync(process.execPath, [BIN, 'completion', shell], { encoding: 'utf8' });

/** What bash offers for the last of these words. */
const offer = (script: string, words: readonly string[]): string[] => {
  const line = ['cooperage', ...words].map(word => `'${word}'`).join(' ');
  const probe = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _cooperage; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', probe], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('./project', import.meta.url)),
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
});

test('the scripts for zsh and fish know every command and option that help shows', t => {
  const [zsh, fish] = [completionFor('zsh').stdout, completionFor('fish').stdout];
  const help = spawnSync(process.execPath, [BIN, '--help'], { encoding: 'utf8' }).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\] )?[<[]/gm)]
    .map(([, name]) => name ?? '')
    .filter(name => name !== 'help');
  t.true(commands.length >= 14, commands.join(' '));
  for (const name of commands) {
    t.true(zsh.includes(`    ${name})\n`), name);
    t.regex(fish, new RegExp(`__fish_use_subcommand -f -a ${name} -d '`));
  }
  t.regex(zsh, /^#compdef cooperage\n/);
  t.is(spawnSync('bash', ['-n'], { input: zsh, encoding: 'utf8' }).stderr, '', 'zsh reads the same functions');
  t.regex(fish, /__fish_seen_subcommand_from inspect' -l owner -r -d '/);
  t.is(completionFor('tcsh').status, 2);
});
