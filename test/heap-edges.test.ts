/**
 * Every kind of edge that JavaScript has between an object of a vat and an object of another: a ring through it goes when nothing
 * reaches it, and stays whole while anything does. What is left out, because vats have no such thing: WeakRef and FinalizationRegistry,
 * shared memory, timers, direct eval, sloppy functions with their callers and mapped arguments.
 *
 * COOPERAGE_NODES=22,24 asks for these Nodes beside the one that runs.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makeTestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { listWantedNodes, provideNode } from './nodes/provide-node.ts';
import { buildProgram } from './programs/build-program.ts';
import { edgeVats, findMissing, FORBIDDEN, playFalse, playHeld, playLoose } from './programs/edge-rings.ts';
import type { EdgePlays, HeldRings, Rings } from './programs/edge-rings.ts';

const KINDS = 71;

const open = (t: ExecutionContext) => makeTestKernel(t, { vats: edgeVats, auditEveryCrank: false });

const insistNothingLeft = (t: ExecutionContext, { grown, findings }: Rings, where: string): void => {
  t.deepEqual(grown, [0, 0, 0], where);
  t.deepEqual(findings, [], where);
};

const judgeLoose = (t: ExecutionContext, rings: Rings, where = 'here'): void => {
  t.true(rings.kinds.length >= KINDS, `${where}: ${rings.kinds.length} kinds`);
  t.deepEqual(rings.left, { counts: rings.kinds, cycles: [] }, `${where}: counts cannot tell`);
  insistNothingLeft(t, rings, where);
};

const judgeHeld = (t: ExecutionContext, rings: HeldRings, where = 'here'): void => {
  const { kinds, left, followed } = rings;
  t.true(kinds.length >= KINDS, `${where}: ${kinds.length} kinds`);
  t.deepEqual(left, { 'edges while held': kinds, 'holders while held': kinds, afterwards: [] }, where);
  t.deepEqual(followed, kinds, `${where}: each leads where it led`);
  insistNothingLeft(t, rings, where);
};

const judgeFalse = (t: ExecutionContext, rings: Rings, where = 'here'): void => {
  t.true(rings.kinds.length > 0, where);
  t.deepEqual(rings.left, { holders: [], edges: rings.kinds }, where);
  insistNothingLeft(t, rings, where);
};

test('a ring through an edge of any kind goes', async t => {
  judgeLoose(t, await playLoose(await open(t)));
});

for (const held of ['edge', 'holder'] as const) {
  test(`a ring through an edge of any kind stays whole while its ${held} is held, and goes afterwards`, async t => {
    judgeHeld(t, await playHeld(await open(t), held));
  });
}

test('what looks like an edge and is none keeps nothing', async t => {
  judgeFalse(t, await playFalse(await open(t)));
});

test('a vat is given no other way to an object', async t => {
  t.deepEqual(await findMissing(await open(t)), FORBIDDEN);
});

test('all of it holds on other versions of Node', async t => {
  const wanted = listWantedNodes();
  if (wanted.length === 0) {
    t.log(`skipped: on Node ${process.versions.node} alone; COOPERAGE_NODES=22,24 asks for more`);
    return t.pass();
  }
  const program = await buildProgram(t, 'play-edges', { vats: edgeVats });
  for (const major of wanted) {
    const node = await provideNode(major);
    const where = `Node ${node.version}`;
    const args = ['--expose-gc', '--no-concurrent-recompilation', program.path, JSON.stringify(edgeVats)];
    const { stdout } = await promisify(execFile)(node.binary, args, { env: { ...process.env, ...node.env } });
    const plays = JSON.parse(stdout) as EdgePlays;
    judgeLoose(t, plays.loose, where);
    judgeHeld(t, plays.edgeHeld, where);
    judgeHeld(t, plays.holderHeld, where);
    judgeFalse(t, plays.falsely, where);
    t.deepEqual(plays.missing, FORBIDDEN, where);
    t.log(`${where}: ${plays.loose.kinds.length} kinds of edge, ${plays.falsely.kinds.length} that are none`);
  }
});
