/**
 * `npm run bench [-- W1 W4 ...] [options]`: workloads on Cooperage and on the peer by turns, each time in a fresh process; medians with
 * their ranges, and how many times more the peer takes. `npm run bench -- --help` tells the options.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureWorkload, runChild, type Measured } from './alternate.ts';
import { buildAll } from './built.ts';
import { providePeer } from './peer.ts';
import { printHeader, printMeasured } from './report.ts';
import { SYSTEMS, type System } from './site.ts';
import { STUDIES } from './studies/studies.ts';
import type { Floors } from './floors.ts';
import { WORKLOADS } from './workloads.ts';

const SIZES = ['small', 'middle', 'large'] as const;

const HELP = `npm run bench [-- name...] [options]

workloads, compared with @agoric/swingset-vat:
${WORKLOADS.map(({ name, what, unit, sizes }) => `  ${name.padEnd(4)} ${what}; ${sizes.join(', ')} ${unit}`).join('\n')}

studies, of Cooperage alone:
${STUDIES.map(({ name, what }) => `  ${name.padEnd(9)} ${what}`).join('\n')}

options:
  --size small|middle|large|all   which of the three sizes; default middle
  --variant NAME                  only the cases of that name, such as "commit per run"
  --rounds N                      how often each case is run on either system; default 3
  --system cooperage|swingset     one of the two only
  --json PATH                     where all figures go; default cooperage-bench.json in the folder for temporary files`;

const parse = () =>
  parseArgs({
    args: process.argv.slice(2).filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'middle' },
      rounds: { type: 'string', default: '3' },
      variant: { type: 'string' },
      system: { type: 'string' },
      json: { type: 'string', default: join(tmpdir(), 'cooperage-bench.json') },
      help: { type: 'boolean', default: false },
    },
  });

const refuse = (problem: string): never => {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
};

const insistOneOf = <Word extends string>(words: readonly Word[], word: string, what: string): Word =>
  words.find(known => known === word) ?? refuse(`${what} is ${words.join(' or ')}, not ${word}`);

const { values: options, positionals: names } = parse();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
for (const name of names) {
  if (![...WORKLOADS, ...STUDIES].some(known => known.name === name)) refuse(`there is no workload or study ${name}`);
}
const size = insistOneOf([...SIZES, 'all'], options.size, 'the size');
const systems: readonly System[] = options.system === undefined ? SYSTEMS : [insistOneOf(SYSTEMS, options.system, 'the system')];
const rounds = Number(options.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) refuse(`the number of rounds is a whole number above 0, not ${options.rounds}`);

const workloads = WORKLOADS.filter(({ name }) => names.length === 0 || names.includes(name));
const measured: Measured[] = [];
let floors: Floors | undefined;
if (workloads.length > 0) {
  buildAll();
  providePeer();
  floors = (await runChild({ task: 'floors' })) as Floors;
  printHeader(floors);
}
const save = (): void => {
  const { node, v8 } = process.versions;
  writeFileSync(options.json, JSON.stringify({ engine: { node, v8 }, rounds, floors, measured }, undefined, 2));
};
for (const workload of workloads) {
  for (const [i, one] of workload.sizes.entries()) {
    if (size !== 'all' && size !== SIZES[i]) continue;
    for (const variant of workload.variants) {
      if (options.variant !== undefined && options.variant !== variant) continue;
      const result = await measureWorkload({ workload, variant, size: one, rounds, systems });
      measured.push(result);
      printMeasured(result, workload.floor?.(floors as Floors, one, variant) ?? {});
      save();
    }
  }
}
if (measured.length > 0) console.log(`\nall figures: ${options.json}`);
for (const { name, what, run } of STUDIES) {
  if (!names.includes(name)) continue;
  console.log(`\n${name}: ${what}`);
  console.table(await run());
}
