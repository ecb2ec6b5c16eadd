/** The graph of who holds whom, asked from both ends in random worlds: what one holds is what says that it is held by it. */
import { openStore } from '@cooperage/store/open';
import { readOnlyViewOf } from '@cooperage/store/read-only';
import test from 'ava';
import fc from 'fast-check';
import { type GraphEdge, type Neighbours, readNeighbours } from '../src/graph/neighbours.ts';
import { writeWorld, worlds } from './random-world.ts';
import { makeModel } from './retention-model.ts';
import { writeSampleKernel } from './sample-kernel.ts';

const RUNS = 40;
const LIMIT = 200;

const textOf = ({ from, to }: GraphEdge): string => `${from} -> ${to}`;
/** Roots hold nothing that is asked about, and what settles a promise holds no thing. */
const isAsked = (node: string): boolean => !node.startsWith('root ') && !node.endsWith('!');
/** What a heap has of its own stands in no table: only imports can be asked for from both ends. */
const isOfTables = ({ from, detail }: GraphEdge): boolean => !from.startsWith('heap ') || /^([od]-|p)/.test(detail);

test('a vat is named by its id or by its name, and what is no vat is no ref', t => {
  const store = writeSampleKernel(':memory:');
  const view = readOnlyViewOf(store);
  const ask = (node: string): Neighbours => readNeighbours(view, node, { direction: 'held' });
  t.deepEqual(ask('alice'), ask('v1'));
  t.throws(() => ask('alicia'), { code: 'ERR_REF' });
  store.close();
});

test('holders and what they hold agree', t => {
  let edges = 0;
  fc.assert(
    fc.property(worlds, world => {
      const { store } = openStore({ path: ':memory:' });
      writeWorld(store, world);
      const view = readOnlyViewOf(store);
      const nodes = [...makeModel(world).nodes];
      const ended = view.query(`SELECT vat FROM vats WHERE state = 'terminated'`).map(row => String(row['vat']));
      // What a vat that has ended still names is held by its cleanup, not by its objects.
      const isDying = (node: string): boolean => ended.some(vat => node.startsWith(`${vat} `) || node === `heap ${vat}`);
      const ask = (node: string, direction: 'holders' | 'held'): Neighbours =>
        readNeighbours(view, node, { direction, limit: LIMIT });
      const held = nodes.map(node => ask(node, 'holders')).flatMap(answer => answer.edges.filter(isOfTables));
      const holders = [...new Set([...nodes, ...held.map(({ from }) => from)])].filter(node => isAsked(node) && !isDying(node));
      const holding = holders
        .map(node => ask(node, 'held'))
        .flatMap(answer => answer.edges.filter(edge => isOfTables(edge) && nodes.includes(edge.to)));
      const fromHolders = new Set(holding.map(textOf));
      const fromHeld = new Set(held.filter(({ from }) => isAsked(from) && !isDying(from)).map(textOf));
      t.deepEqual([...fromHolders].sort(), [...fromHeld].sort());
      edges += fromHeld.size;
      store.close();
    }),
    { numRuns: RUNS },
  );
  t.true(edges > RUNS, String(edges));
});
