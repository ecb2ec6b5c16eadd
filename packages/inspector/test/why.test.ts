/** Why something is alive, asked of random worlds whose answers a model knows, and of a database of vats' own making. */
import { openStore } from '@cooperage/store/open';
import { readOnlyViewOf, type ReadOnlyStore } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { explainWhy, type Holder, type PathStep, type WhyAnswer } from '../src/why.ts';
import { drawAnswer } from '../src/why/dot.ts';
import { writeWorld, worlds, type World } from './random-world.ts';
import { listCitations, makeModel, measureBehindHeaps, measurePath, type Model } from './retention-model.ts';

const RUNS = 100;

const inWorld = (world: World, ask: (store: ReadOnlyStore, model: Model) => void): void => {
  const { store } = openStore({ path: ':memory:' });
  try {
    writeWorld(store, world);
    ask(readOnlyViewOf(store), makeModel(world));
  } finally {
    store.close();
  }
};

const textOf = ({ kind, holder, detail, ref, strength }: Holder): string => [kind, holder, detail, ref, strength].join(' | ');

/** Every edge is one of the model, and each goes on where the one before has led. */
const insistConnected = (t: ExecutionContext, steps: readonly PathStep[], { edges, intoHeaps }: Model): void => {
  const known = new Set([...edges, ...intoHeaps].map(({ from, to, doubt }) => `${from} ${to} ${doubt}`));
  steps.forEach(({ from, to, doubt }, i) => {
    t.true(known.has(`${from} ${to} ${doubt}`), `${from} keeps ${to} (${doubt})`);
    if (i > 0) t.is(from, steps[i - 1]?.to ?? null);
  });
};

const insistPaths = (t: ExecutionContext, answer: WhyAnswer, model: Model): void => {
  const { node, path, doubt, ring, detour } = answer;
  const best = measurePath(model, node);
  t.is(doubt, best?.doubt ?? null, node);
  t.is(path?.length, best?.length, node);
  if (path !== null) {
    insistConnected(t, path, model);
    t.true(path[0]?.from === null || path[0]?.from.startsWith('heap ') === true);
    t.is(path.at(-1)?.to, node);
  }
  if (doubt === 'none' || doubt === 'key') return;
  const behind = measureBehindHeaps(model, node);
  t.is(detour?.length, behind.detour, node);
  // A search that has found a root has no need of longer rings.
  if (ring !== null || detour === null) t.is(ring?.length, behind.ring, node);
  if (ring === null && detour !== null) t.true(behind.ring === undefined || behind.ring >= detour.length);
  for (const steps of [ring, detour]) if (steps !== null) insistConnected(t, steps, model);
  if (ring !== null) t.true(ring[0]?.from === node || ring[0]?.from === `${node}!`);
};

test('the path is there, edge by edge, and no shorter or surer one is', t => {
  fc.assert(
    fc.property(worlds, world =>
      inWorld(world, (store, model) => {
        for (const node of model.nodes) insistPaths(t, explainWhy(store, node), model);
      }),
    ),
    { numRuns: RUNS },
  );
});

test('the holders are those of the view, and the citations of stored data', t => {
  fc.assert(
    fc.property(worlds, world =>
      inWorld(world, (store, model) => {
        model.nodes.forEach((node, i) => {
          const { krefs, holders } = explainWhy(store, node);
          const rows = krefs.flatMap(kref => store.query('SELECT * FROM holders WHERE kref = ?', [kref]));
          const ofKernel = rows.map(row =>
            [row['holder_kind'], row['holder'], row['detail'], row['kref'], row['strength']].join(' | '),
          );
          const stored = i < world.things.length ? listCitations(world, i).map(textOf) : [];
          t.deepEqual(holders.rows.map(textOf).sort(), [...ofKernel, ...stored].sort(), node);
          t.is(holders.total, holders.rows.length);
        });
      }),
    ),
    { numRuns: RUNS },
  );
});

const EVIL = 'evil\u001b[2J"\\\u202e\nname';

/** Two vats: v1 has a box in its baggage that cites what v2 exports. */
const smallWorld: World = {
  vats: 2,
  dying: null,
  things: [
    { vat: 1, form: 'heap' },
    { vat: 0, form: 'durable' },
    { vat: 0, form: 'map' },
  ],
  promises: [{ decider: 1 }],
  facts: [
    { type: 'cite', by: 1, to: 0, place: 'property' },
    { type: 'cite', by: 2, to: 1, place: 'entry' },
    { type: 'baggage', vat: 0, to: 2 },
    { type: 'message', target: { promise: 0 }, argument: { thing: 1 }, result: null, waitsFor: 0 },
  ],
};

test('the explanation reads from the root to the thing, and says where it is held', t => {
  inWorld(smallWorld, store => {
    const { explanation, krefs, holders } = explainWhy(store, 'ko100');
    t.is(
      explanation,
      [
        '  v1 o+d2/1, the baggage of v1 (vat 0): entry "key 3", as o+d2/12',
        '  -> v1 o+d2/12, the map "a \\"label\\"" of v1 (vat 0): entry "key 2", as o+d12/11',
        '  -> v1 o+d12/11, of kind "box" of v1 (vat 0), ko101 to others: property "name 1", as o-50',
        '  -> ko100, o+1 of v2 (vat 1)',
        'It is kept.',
      ].join('\n'),
    );
    t.deepEqual(krefs, ['ko100']);
    t.deepEqual(
      holders.rows.map(({ kind, holder }) => [kind, holder]),
      [
        ['c-list', 'v1'],
        ['property', 'v1 o+d12/11'],
      ],
    );
    const waiting = explainWhy(store, 'kp40');
    t.regex(
      waiting.explanation,
      /^ {2}the heap of v2 \(vat 1\): as p\+0\n {2}-> kp40, a promise: unresolved, for v2 \(vat 1\) to settle\nOnly /,
    );
  });
});

test('a thing is found under every name that it has', t => {
  inWorld(smallWorld, store => {
    const nodes = ['v2 o+1', 'ko100', 'v1 o-50', ' ko100 ', 'vat 1 o+1'].map(ref => explainWhy(store, ref).node);
    t.deepEqual([...new Set(nodes)], ['v2 o+1']);
    t.is(explainWhy(store, 'v2 p+0').node, 'kp40');
    t.is(explainWhy(store, 'v1 o+d12/11:3').node, 'v1 o+d12/11');
  });
});

test('holders are counted, and listed up to a limit', t => {
  inWorld(smallWorld, store => {
    const { holders } = explainWhy(store, 'ko100', { limit: 1 });
    t.like(holders, { total: 2, more: 1 });
    t.is(holders.rows.length, 1);
    t.is(explainWhy(store, 'ko100', { limit: 0 }).holders.rows.length, 0);
    t.throws(() => explainWhy(store, 'ko100', { limit: -1 }), { code: 'ERR_ARGUMENT' });
  });
});

test('what is not there is told apart: misspelt, never was, gone', t => {
  const { store } = openStore({ path: ':memory:' });
  writeWorld(store, smallWorld);
  store.beginBlock();
  store.beginCrank();
  for (let i = 0; i < 90; i += 1) store.tables.counters.take('object', 20);
  const transcript = { incarnation: 0, delivery: '{}', outcome: '{}', vat: 'v1' as never };
  const written = JSON.stringify([{ syscall: { type: 'vatstoreSet', key: 'state.o+d12/7', value: '{}' } }]);
  store.tables.transcripts.append({ ...transcript, position: 3, crank: 17, syscalls: written });
  store.commitCrank();
  const view = readOnlyViewOf(store);
  const problemOf = (ref: string): readonly unknown[] => {
    const error = t.throws(() => explainWhy(view, ref)) as Error & { code: string; subject: string };
    return [error.code, ...error.message.split('\n  ')];
  };
  t.deepEqual(problemOf('ko20'), [
    'ERR_GONE',
    'ko20 is gone: it was an object, and nothing kept it any more',
    'its number is never given out again',
  ]);
  t.deepEqual(problemOf('ko999'), [
    'ERR_REF',
    'there never was a ko999',
    'so far there were ko20 to ko109; "inspect" lists those that are left',
  ]);
  t.deepEqual(problemOf('kd30').slice(0, 2), ['ERR_REF', 'there never was a kd30']);
  t.deepEqual(problemOf('ko0100').slice(0, 2), ['ERR_REF', '"ko0100" is no ref']);
  t.regex(String(problemOf('ko0100')[2]), /write ko20, kp40 or kd30/);
  t.regex(String(problemOf('o-50')[2]), /o-50 is a name in one vat: which\? Write v3 o-50/);
  t.deepEqual(problemOf('v1 o-99').slice(0, 2), ['ERR_REF', 'v1 has no o-99']);
  t.deepEqual(problemOf('v2 o+9').slice(0, 2), ['ERR_REF', 'v2 exports no o+9']);
  t.deepEqual(problemOf('nobody o+9')[0], 'ERR_VAT_NOT_FOUND');
  t.deepEqual(problemOf('v1 o+d12/7').slice(0, 2), [
    'ERR_GONE',
    'v1 o+d12/7 is gone: it was a stored object of kind "box", last heard of in delivery #3 (crank 17)',
  ]);
  store.close();
});

test('texts of vats stay within their quotes, in the explanation and in the graph', t => {
  const { store } = openStore({ path: ':memory:' });
  writeWorld(store, smallWorld);
  store.beginBlock();
  store.beginCrank();
  const put = (key: string, value: unknown): void => store.tables.vatstore.put('v1' as never, key, JSON.stringify(value));
  put('kind.d12', { tag: EVIL, facets: [] });
  put('state.o+d12/11', { [EVIL]: { body: '#"$0"', slots: ['o-50'] } });
  put('collection.o+d2/12', { label: { not: 'a text' } });
  store.commitCrank();
  const answer = explainWhy(readOnlyViewOf(store), 'ko100');
  t.true(answer.explanation.includes(`of kind ${JSON.stringify(EVIL)} of v1`));
  t.true(answer.explanation.includes(`property ${JSON.stringify(EVIL)}, as o-50`));
  t.true(answer.explanation.includes('the map (without a name) of v1'));
  t.is(answer.explanation.split('\n').length, 5);
  const lines = drawAnswer(answer);
  t.is(lines[0], 'digraph why {');
  for (const line of lines.slice(2, -1))
    t.regex(line, /^ {2}"(?:[^"\\\n]|\\.)*"(?: -> "(?:[^"\\\n]|\\.)*")? \[label="(?:[^"\\\n]|\\.)*"(, style=\w+)?\];$/);
  store.close();
});

test('a heap that may hold it, and a ring through heaps, are said to be what they are', t => {
  const ring: World = {
    vats: 2,
    dying: null,
    things: [
      { vat: 0, form: 'heap' },
      { vat: 1, form: 'heap' },
    ],
    promises: [],
    facts: [
      { type: 'import', vat: 1, to: { thing: 0 }, isWeak: false },
      { type: 'import', vat: 0, to: { thing: 1 }, isWeak: false },
    ],
  };
  inWorld(ring, store => {
    const answer = explainWhy(store, 'ko100');
    t.like(answer, { doubt: 'heap', detour: null });
    t.regex(answer.explanation, /It may be a ring that nothing else keeps: collect\(\{ cycles: true \}\) will tell\./);
    t.regex(answer.explanation, /ko101, o\+2 of v2 \(vat 1\): the heap of v2 \(vat 1\) may lead on \(o\+2 -> \.\.\. -> o-50\)/);
  });
});
