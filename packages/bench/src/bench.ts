/**
 * `npm run bench [-- W1 W4 ...] [options]`: workloads on Cooperage and on peers by turns, each time in a fresh process; medians with
 * their ranges, and how many times more a peer takes. `npm run bench -- --help` tells the options.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureWorkload, runChild, type Measured } from './alternate.ts';
import { buildAll } from './built.ts';
import { providePeer } from './peer.ts';
import { printHeader, printMeasured } from './report.ts';
import { PEERS, SYSTEMS, type Peer, type System } from './site.ts';
import { STUDIES } from './studies/studies.ts';
import type { Floors } from './floors.ts';
import { WORKLOADS } from './workloads.ts';

const SIZES = ['small', 'middle', 'large'] as const;

const DEFAULT_PEER = 'swingset' satisfies Peer;

const HELP = `npm run bench [-- name...] [options]

workloads, compared with @agoric/swingset-vat, or @metamask/ocap-kernel, or both:
${WORKLOADS.map(({ name, what, unit, sizes }) => `  ${name.padEnd(4)} ${what}; ${sizes.join(', ')} ${unit}`).join('\n')}

studies, of Cooperage alone:
${STUDIES.map(({ name, what }) => `  ${name.padEnd(9)} ${what}`).join('\n')}

options:
  --size small|middle|large|all   which of the three sizes; default middle
  --variant NAME                  only the cases of that name, such as "commit per run"
  --rounds N                      how often each case is run on each system; default 3
  --peers NAME,NAME               what Cooperage is compared with: ${PEERS.join(', ')}; default ${DEFAULT_PEER}.
                                  Each leaves out what it cannot do, and says why
  --system NAME                   one only: ${SYSTEMS.join(', ')}
  --json PATH                     where all figures go; default cooperage-bench.json in the folder for temporary files`;

const parse = () =>
  parseArgs({
    args: process.argv.slice(2).filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'middle' },
      rounds: { type: 'string', default: '3' },
      variant: { type: 'string' },
      peers: { type: 'string', default: DEFAULT_PEER },
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
const asked = options.peers.split(',').map(peer => insistOneOf(PEERS, peer, 'a peer'));
const systems: readonly System[] =
  options.system === undefined ? ['cooperage', ...asked] : [insistOneOf(SYSTEMS, options.system, 'the system')];
const peers = PEERS.filter(peer => systems.includes(peer));
const rounds = Number(options.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) refuse(`the number of rounds is a whole number above 0, not ${options.rounds}`);

const workloads = WORKLOADS.filter(({ name }) => names.length === 0 || names.includes(name));
const measured: Measured[] = [];
let floors: Floors | undefined;
if (workloads.length > 0) {
  buildAll();
  // Floors take their SQLite from a peer, also when none is measured.
  const [first = DEFAULT_PEER, ...others] = peers;
  for (const peer of [first, ...others]) providePeer(peer);
  floors = (await runChild({ task: 'floors', peer: first })) as Floors;
  printHeader(floors, peers);
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
      printMeasured(result, workload.floor?.(floors as Floors, one, variant) ?? {}, peers);
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
