/**
 * Every kind of edge that JavaScript has between an object of a vat and an object of another: a ring through it goes when nothing
 * reaches it, and stays whole while anything does. What is left out, because vats have no such thing: WeakRef and FinalizationRegistry,
 * shared memory, timers, direct eval, sloppy functions with their callers and mapped arguments.
 */
import test, { type ExecutionContext } from 'ava';
import type { KernelRef } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';

const source = (name: string) => ({ source: new URL(`./vats/${name}.js`, import.meta.url) });

type Ring = { readonly kind: string; readonly edge: KernelRef; readonly holder: KernelRef };

const makeWorld = async (t: ExecutionContext, kindsOf: 'kinds' | 'falseKinds') => {
  const kernel = await makeTestKernel(t, {
    vats: { edges: source('vat-edges'), peer: source('vat-ring') },
    auditEveryCrank: false,
  });
  const kinds = (await kernel.call('edges', kindsOf)) as readonly string[];
  await kernel.collect({ cycles: true });
  const before = kernel.stats().tables;
  /** For each kind an object of `edges` that leads to a holder of `peer`, which leads back. */
  const tieAll = async (tie: 'tie' | 'tieFalsely'): Promise<readonly Ring[]> => {
    const rings: Ring[] = [];
    for (const kind of kinds) {
      const holder = (await kernel.call('peer', 'makeHolder')) as KernelRef;
      const edge = (await kernel.call('edges', tie, [kind, holder])) as KernelRef;
      await kernel.call(holder, 'hold', [edge]);
      rings.push({ kind, edge, holder });
    }
    return rings;
  };
  const collect = async (): Promise<void> => {
    await kernel.collect({ cycles: true });
    t.deepEqual(kernel.audit(), []);
  };
  /** Kinds of those rings of which a row is left. */
  const left = (rings: readonly Ring[], which: readonly ('edge' | 'holder')[] = ['edge', 'holder']): string[] => {
    const rows = new Set(kernel.objects().map(({ ref }) => ref as string));
    return rings.filter(ring => which.some(side => rows.has(ring[side].ref))).map(({ kind }) => kind);
  };
  const insistNothingLeft = (): void => {
    const { objects, clists, promises } = kernel.stats().tables;
    t.deepEqual({ objects, clists, promises }, { objects: before.objects, clists: before.clists, promises: before.promises });
  };
  return { kernel, kinds, tieAll, collect, left, insistNothingLeft };
};

test('a ring through an edge of any kind goes', async t => {
  const { kernel, kinds, tieAll, collect, left, insistNothingLeft } = await makeWorld(t, 'kinds');
  t.true(kinds.length >= 69, `${kinds.length} kinds`);
  const rings = await tieAll('tie');
  for (const { edge, holder } of rings) await Promise.all([edge.release(), holder.release()]);
  await kernel.collect();
  t.deepEqual(left(rings), kinds, 'counts cannot tell');
  await collect();
  t.deepEqual(left(rings), []);
  insistNothingLeft();
});

for (const [held, loose] of [
  ['edge', 'holder'],
  ['holder', 'edge'],
] as const) {
  test(`a ring through an edge of any kind stays whole while its ${held} is held, and goes afterwards`, async t => {
    const { kernel, kinds, tieAll, collect, left, insistNothingLeft } = await makeWorld(t, 'kinds');
    const rings = await tieAll('tie');
    for (const ring of rings) await ring[loose].release();
    await collect();
    t.deepEqual(left(rings, ['edge']), kinds);
    t.deepEqual(left(rings, ['holder']), kinds);
    const followed: string[] = [];
    for (const { kind, edge, holder } of rings) {
      const start = held === 'edge' ? edge : ((await kernel.call(holder, 'held')) as KernelRef);
      const end = (await kernel.call(start, 'read')) as KernelRef;
      if (end.ref === holder.ref) followed.push(kind);
      await end.release();
      if (held === 'holder') await start.release();
    }
    t.deepEqual(followed, kinds, 'each leads where it led');
    for (const ring of rings) await ring[held].release();
    await collect();
    t.deepEqual(left(rings), []);
    insistNothingLeft();
  });
}

test('what looks like an edge and is none keeps nothing', async t => {
  const { kernel, kinds, tieAll, collect, left, insistNothingLeft } = await makeWorld(t, 'falseKinds');
  const rings = await tieAll('tieFalsely');
  for (const { holder } of rings) await holder.release();
  await collect();
  t.deepEqual(left(rings, ['holder']), []);
  t.deepEqual(left(rings, ['edge']), kinds);
  for (const { edge } of rings) {
    t.true(await kernel.call(edge, 'has'));
    await edge.release();
  }
  await collect();
  insistNothingLeft();
});

test('a vat is given no other way to an object', async t => {
  const { kernel } = await makeWorld(t, 'kinds');
  const names = [
    'WeakRef',
    'FinalizationRegistry',
    'SharedArrayBuffer',
    'Atomics',
    'setTimeout',
    'setImmediate',
    'structuredClone',
  ];
  t.deepEqual(await kernel.call('edges', 'missing', [names]), names);
});
