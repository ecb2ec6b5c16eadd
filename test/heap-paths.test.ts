/** Why something is alive, through the memories of vats: `kernel.why(ref, { heap: true })`. */
import type { KernelRef, WhyAnswer } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { edgeVats } from './programs/edge-rings.ts';

const open = async (t: ExecutionContext) => {
  const kernel = await makeTestKernel(t, { vats: { ...edgeVats, other: edgeVats.peer }, auditEveryCrank: false });
  await kernel.run();
  return kernel;
};
type Opened = Awaited<ReturnType<typeof open>>;

/** A holder of `peer` that nothing keeps but an object of `edges`, by one kind of edge, which the host holds. */
const tie = async (kernel: Opened, kind: string) => {
  const holder = (await kernel.call('peer', 'makeHolder')) as KernelRef;
  const edge = (await kernel.call('edges', 'tie', [kind, holder])) as KernelRef;
  await holder.release();
  return { kind, holder, edge };
};

const tellMemory = ({ path }: WhyAnswer): string =>
  (path ?? [])
    .flatMap(({ memory }) => memory ?? [])
    .map(({ edge }) => edge)
    .join(', ');

/** What follows `property "read"`, the method of every edge. */
const WORDS: Readonly<Record<string, RegExp>> = {
  'a closure': /closure variable edge, closure variable thing$/,
  'a closure of a closure': /closure variable edge, closure variable thing$/,
  'a block in a loop': /element 0, closure variable thing$/,
  'a property': /property "a", property "b"$/,
  'an element of an array': /element 0, element 0$/,
  'a hole in an array of many': /element 100000$/,
  'a property of an object with many': /property "thing"$/,
  'a property named by a symbol': /property \[x\]$/,
  'a frozen record in a frozen array': /element 0, property "thing"$/,
  'a private field': /private field #thing$/,
  'a private accessor': /private field #accessor, closure variable thing$/,
  'a static field of a class': /property "thing"$/,
  'a prototype': /prototype, property "thing"$/,
  'a presence as prototype': /prototype$/,
  'a getter': /getter of "thing", closure variable thing$/,
  'a setter': /setter of "reader", closure variable thing$/,
  'the this of a bound function': /bound this$/,
  'an argument of a bound function': /bound argument 0$/,
  'the target of a proxy': /target of the proxy, property "thing"$/,
  'the handler of a proxy': /handler of the proxy, property "get", closure variable thing$/,
  'a value of a map': /closure variable edge, entry$/,
  'a key of a map': /closure variable edge, entry$/,
  'a member of a set': /closure variable edge, member$/,
  'an iterator of a map': /what it goes through$/,
  'an iterator of an array': /what it goes through, element 0$/,
  'the cause of an error': /property "cause"$/,
  'the arguments of a call': /element 0$/,
  'a function made of text': /closure variable thing$/,
  'a generator': /variable of the paused function$/,
  'an async function that waits': /who waits for it, paused function, closure variable thing$/,
  'the value of a promise': /closure variable edge, value$/,
  'a reaction of a promise': /property "promise", who waits for it, closure variable thing$/,
  'a value of a weak map with its key': /WeakMap entry under the key object, to which export o\+\d+ leads, property "thing"$/,
  'a value of a weak map that lives for ever': /property "shared", WeakMap entry under the key .*, property "thing"$/,
};

test('the path through a memory names every kind of edge', async t => {
  const kernel = await open(t);
  const kinds = (await kernel.call('edges', 'kinds')) as readonly string[];
  const ties: Awaited<ReturnType<typeof tie>>[] = [];
  for (const kind of kinds) ties.push(await tie(kernel, kind));
  const [nowhere, unnamed, elsewhere]: [string[], string[], string[]] = [[], [], []];
  for (const { kind, holder, edge } of ties) {
    const answer = await kernel.why(holder, { heap: true });
    const told = tellMemory(answer);
    if (answer.path === null) nowhere.push(kind);
    if (WORDS[kind]?.test(told) === false || told.includes('internal /')) unnamed.push(`${kind}: ${told}`);
    // Of a table that all of the vat has, the first is as good a holder as the object that it was tied to.
    const isOfAll = told.includes('"shared"');
    if (!isOfAll && answer.path?.some(({ what }) => what.startsWith(`${edge.ref},`)) !== true) elsewhere.push(kind);
  }
  t.deepEqual({ nowhere, unnamed, elsewhere }, { nowhere: [], unnamed: [], elsewhere: [] });
  t.deepEqual(
    Object.keys(WORDS).filter(kind => !kinds.includes(kind)),
    [],
  );
});

test('a path goes on from memory to memory, and says through what', async t => {
  const kernel = await open(t);
  const { holder, edge } = await tie(kernel, 'a value of a map');
  await kernel.call('other', 'keep', ['x', edge]);
  await edge.release();
  const { path, explanation, doubt } = await kernel.why(holder, { heap: true });
  t.is(doubt, 'none');
  t.deepEqual(
    path?.map(({ how, memory }) => [how.kind, memory?.slice(1).map(step => step.edge) ?? null]),
    [
      ['pin', null],
      ['memory', ['closure variable kept', 'entry']],
      ['memory', ['closure variable edge', 'entry']],
    ],
  );
  t.regex(
    explanation,
    /the root of v3 \(other\): in memory, property "\w+" \(function \w+\), closure variable kept \(Map\), entry, as o-/,
  );
  t.regex(explanation, /It is kept\.$/);
  const failure = await t.throwsAsync(kernel.assertCollected(holder, { heap: true }));
  t.true(failure?.message.includes(explanation), failure?.message);
  t.regex(kernel.why(holder).explanation, /what in a heap leads where, no table says/);
});

test('memories of one isolate are told apart', async t => {
  const kernel = await open(t);
  const holder = (await kernel.call('peer', 'makeHolder')) as KernelRef;
  await kernel.call('peer', 'keep', ['mine', holder]);
  const edge = (await kernel.call('edges', 'tie', ['a property', holder])) as KernelRef;
  await edge.release();
  await kernel.call('other', 'keep', ['theirs', holder]);
  await holder.release();
  const answer = await kernel.why(holder, { heap: true });
  t.deepEqual(
    answer.path?.map(({ from }) => from),
    [null, 'v3 o+0'],
    'its own vat and that which lost it are none of those who keep it',
  );
});

test('a ring that nothing else keeps is seen for what it is', async t => {
  const kernel = await open(t);
  const { holder, edge } = await tie(kernel, 'a private field');
  await kernel.call(edge, 'read').then(async again => {
    await kernel.call(again as KernelRef, 'hold', [edge]);
    await (again as KernelRef).release();
  });
  await edge.release();
  await kernel.reap();
  const { path, ring, conclusion } = await kernel.why(holder, { heap: true });
  t.is(path, null);
  t.deepEqual(
    ring?.map(({ memory }) => memory?.at(-1)?.edge),
    ['closure variable held', 'private field #thing'],
  );
  t.regex(conclusion, /part of a ring that nothing else keeps: collect\(\{ cycles: true \}\) lets go of it/);
  await kernel.collect({ cycles: true });
  await t.notThrowsAsync(kernel.assertCollected(holder, { heap: true }));
});

test('to look changes nothing that a vat or a replay can tell', async t => {
  const hashes = [];
  for (const isLooking of [false, true]) {
    const kernel = await open(t);
    const { holder, edge } = await tie(kernel, 'an async function that waits');
    if (isLooking) await kernel.why(holder, { heap: true });
    await edge.release();
    await kernel.reap();
    hashes.push(kernel.stats().activity.hash);
    t.deepEqual(
      kernel.objects({ owner: 'peer' }).map(({ state }) => state),
      ['root'],
    );
  }
  t.is(hashes[0], hashes[1]);
});
